-- A row of everything, as the first version wrote it. It belongs to 0001_start.sql, and does not change either.
INSERT INTO clients VALUES ('client', '{"redirect_uris":["http://127.0.0.1/"]}', x'44863b03e9909b7100e05b02526909a346fd7455183f6619e0fe6198c89981e0', x'2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b', 1800000000000, 1900000000000, 1);
INSERT INTO clients VALUES ('gone', '{}', x'283bb9deef02e6843abfb538efa1eca70801bd8a701c3f98191e123496339247', NULL, 1, 2, 0);
INSERT INTO grants (id, person_provider, person_id, person_name, client_id, resource, scopes, upstream, created_at, expires_at, ended_at)
    VALUES ('grant', 'github', '1', 'me', 'client', 'https://notes.example.com/mcp', '["notes:read"]', 'upstream', 1800000000000, 1900000000000, NULL),
           ('ended', 'github', '1', 'me', 'client', 'https://notes.example.com/mcp', '[]', NULL, 1800000000000, 1900000000000, 1800000000000);
INSERT INTO codes VALUES
    (x'80cfa3e7f28dde4df64436b652230aff28d7779116d1369c21ef2bbf37261d71', 'client', 'http://127.0.0.1/', 'challenge', 'https://notes.example.com/mcp', '["notes:read"]', 'github', '1', 'me', 'upstream', 1900000000000, NULL),
    (x'f839161355091fcd9e33f571e0b11c60217a5009f9973e769c13d7858db162cc', 'client', 'http://127.0.0.1/', 'challenge', 'https://notes.example.com/mcp', '["notes:read"]', 'github', '1', 'me', 'upstream', 1900000000000, 'grant');
INSERT INTO refresh_tokens VALUES
    (x'6db7d803e74f1ffa7d8f5adc0bf95b3e15bf4c8373fffadf546227cc6c6742cb', 'grant', 1800000000000, 1900000000000, 1800000000000, x'3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0', x'00'),
    (x'3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0', 'grant', 1800000000000, 1900000000000, NULL, NULL, NULL);
INSERT INTO consents VALUES ('client', 'https://notes.example.com/mcp', 'github', '1', 'me', '["notes:read"]', 1800000000000);
INSERT INTO sessions VALUES (x'3f3af1ecebbd1410ab417ec0d27bbfcb5d340e177ae159b59fc8626c2dfd9175', 'github', '1', 'me', 'upstream', 1900000000000);
INSERT INTO sign_ins VALUES (x'4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e', x'd4c3e8a11256ab82a4fc72560eb4a2b0e87bad820c290dd9b03616de240aa6db', 'github', x'00', 1900000000000);
INSERT INTO upstream_tokens VALUES ('upstream', 'github', '1', 'me', '', CAST('sealed' AS BLOB), 3, 1900000000000, NULL);
INSERT INTO keys VALUES ('key', 'sign', x'00', 1800000000000);
