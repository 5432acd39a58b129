//! R31 to R35, T8, T10: the header.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Reason, Signer, assert_refused, authenticator, good_claims, issuer,
    signer::sign,
};

/// What is said of a token with good claims and the header changed.
async fn judge_header(change: impl FnOnce(&mut Value)) -> Result<AuthInfo, AuthenticateError> {
    let mut header = Signer::es256().header();
    change(&mut header);
    authenticator(&issuer()).authenticate(&Signer::es256().sign_with_header(&header, &good_claims())).await
}

#[tokio::test]
async fn r31_alg_none_is_refused_in_every_spelling() {
    for alg in ["none", "None", "NONE", "nOnE", "", " ", "none "] {
        let header = json!({"typ": "at+jwt", "alg": alg, "kid": "ec-1"}).to_string();
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(good_claims().to_string())
        );
        for signature in ["", "AA", "AAAA"] {
            let result = authenticator(&issuer()).authenticate(&format!("{signed}.{signature}")).await;
            assert!(
                matches!(result, Err(AuthenticateError::Invalid(Reason::Algorithm | Reason::NotAJwt))),
                "{alg:?} {signature:?}: {result:?}"
            );
        }
    }
}

#[tokio::test]
async fn r31_missing_unknown_and_ill_typed_alg_is_refused() {
    for alg in ["es256", "ES256K", "ES512", "RS1", "RSA-OAEP", "dir", "A128KW", "ML-DSA-44"] {
        assert_refused(&judge_header(|header| header["alg"] = json!(alg)).await, Reason::Algorithm, alg);
    }
    let missing = judge_header(|header| drop(header.as_object_mut().unwrap().remove("alg"))).await;
    assert_refused(&missing, Reason::Algorithm, "missing");
    for alg in [json!(null), json!(["ES256"]), json!(7)] {
        let result = judge_header(|header| header["alg"] = alg.clone()).await;
        assert!(matches!(result, Err(AuthenticateError::Invalid(Reason::Header(_)))), "{alg}");
    }
}

#[tokio::test]
async fn t10_hs256_with_the_public_key_as_secret_is_refused() {
    let signer = Signer::rs256();
    let jwk = signer.jwk.to_string();
    for secret in [jwk.as_bytes(), signer.jwk["n"].as_str().unwrap().as_bytes(), b"", b"secret"] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header =
                json!({"typ": "at+jwt", "alg": format!("{algorithm:?}"), "kid": signer.key_id}).to_string();
            let claims = good_claims().to_string();
            let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
            let key = EncodingKey::from_secret(secret);
            let signature = sign(signed.as_bytes(), &key, algorithm);
            let result = authenticator(&issuer()).authenticate(&format!("{signed}.{signature}")).await;
            assert_refused(&result, Reason::Algorithm, "HMAC");
        }
    }
}

#[tokio::test]
async fn r32_t8_type_has_to_be_at_jwt() {
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        judge_header(|header| header["typ"] = json!(typ))
            .await
            .unwrap_or_else(|error| panic!("{typ}: {error}"));
    }
    for typ in [
        "JWT",
        "",
        "at",
        "jwt",
        "x-at+jwt",
        "at+jwt ",
        "application/application/at+jwt",
        "text/at+jwt",
        "dpop+jwt",
    ] {
        assert_refused(&judge_header(|header| header["typ"] = json!(typ)).await, Reason::BadType, typ);
    }
    let missing = judge_header(|header| drop(header.as_object_mut().unwrap().remove("typ"))).await;
    assert_refused(&missing, Reason::BadType, "missing");
    assert!(judge_header(|header| header["typ"] = json!(null)).await.is_err());
}

#[tokio::test]
async fn r33_t8_crit_is_refused_whatever_it_contains() {
    for crit in [json!(["x"]), json!(["exp"]), json!([]), json!(null), json!("b64"), json!(["b64"])] {
        assert_refused(
            &judge_header(|header| header["crit"] = crit.clone()).await,
            Reason::Crit,
            &crit.to_string(),
        );
    }
}

#[tokio::test]
async fn f5_b64_and_marks_of_encrypted_tokens_are_refused() {
    for (name, value) in
        [("b64", json!(false)), ("b64", json!(true)), ("enc", json!("A128GCM")), ("zip", json!("DEF"))]
    {
        let result = judge_header(|header| header[name] = value.clone()).await;
        assert!(matches!(result, Err(AuthenticateError::Invalid(Reason::Header(_)))), "{name}");
    }
}

#[tokio::test]
async fn r34_keys_in_the_header_are_never_used() {
    let attacker = Signer::generate_es256("attacker");
    for (name, value) in [
        ("jwk", attacker.jwk.clone()),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
    ] {
        for key_id in [Some("attacker"), Some("ec-1"), None] {
            let mut header = json!({"typ": "at+jwt", "alg": "ES256"});
            header[name] = value.clone();
            if let Some(key_id) = key_id {
                header["kid"] = json!(key_id);
            }
            let token = attacker.sign_with_header(&header, &good_claims());
            let result = authenticator(&issuer()).authenticate(&token).await;
            assert!(matches!(result, Err(AuthenticateError::Invalid(_))), "{name} {key_id:?}");
        }
        // And they do not disturb a token that is good without them.
        judge_header(|header| header[name] = value).await.expect(name);
    }
}

#[tokio::test]
async fn r35_key_id_is_opaque() {
    for kid in [
        "../../../../dev/null",
        "' OR 1=1 --",
        "https://evil.example",
        "ec-1\u{0}",
        "EC-1",
        " ec-1",
        "",
        "ec-1/",
    ] {
        assert_refused(&judge_header(|header| header["kid"] = json!(kid)).await, Reason::UnknownKey, kid);
    }
    for kid in [json!(1), json!(null), json!(["ec-1"])] {
        assert!(judge_header(|header| header["kid"] = kid).await.is_err());
    }
}

#[tokio::test]
async fn f14_header_is_small_flat_and_says_everything_once() {
    let signer = Signer::es256();
    let claims = good_claims().to_string();
    let good = signer.header().to_string();
    for header in [
        good.replacen('{', "{\"alg\":\"none\",", 1),
        good.replacen('{', "{\"typ\":\"JWT\",", 1),
        good.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(10), "]".repeat(10)), 1),
        good.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(3000), "]".repeat(3000)), 1),
        good.replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(8192)), 1),
        format!("[{good}]"),
        String::new(),
        "null".to_owned(),
    ] {
        let result = authenticator(&issuer()).authenticate(&signer.sign_text(&header, &claims)).await;
        assert_refused(&result, Reason::NotAJwt, &header.chars().take(60).collect::<String>());
    }
    let longest = good.replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(8192 - 7 - good.len())), 1);
    assert_eq!(longest.len(), 8192);
    let result = authenticator(&issuer()).authenticate(&signer.sign_text(&longest, &claims)).await;
    result.expect("a long certificate chain");
}

#[tokio::test]
async fn f14_compact_form_is_strict() {
    let token = Signer::es256().sign(&good_claims());
    let authenticator = authenticator(&issuer());
    authenticator.authenticate(&token).await.expect("as it is");
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    for broken in [
        String::new(),
        "a".to_owned(),
        "..".to_owned(),
        "a.b".to_owned(),
        head.to_owned(),
        format!("{head}."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}.{payload}.{payload}.{signature}.x"),
        format!("{token}="),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}==.{signature}"),
        format!(".{payload}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{payload}.{signature}+"),
        format!("{header}.{payload} .{signature}"),
        format!("{token}{}", "A".repeat(20_000)),
    ] {
        assert_refused(
            &authenticator.authenticate(&broken).await,
            Reason::NotAJwt,
            &broken.chars().take(40).collect::<String>(),
        );
    }
}

#[tokio::test]
async fn f14_stray_bits_of_a_signature_are_refused() {
    // 64 bytes are 86 characters: the last one carries 2 bits that matter and 4 that must be zero.
    let token = Signer::es256().sign(&good_claims());
    let last = token.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let twin = format!("{}{next}", &token[..token.len() - 1]);
    assert_refused(&authenticator(&issuer()).authenticate(&twin).await, Reason::NotAJwt, "a second spelling");
}

#[tokio::test]
async fn r25_one_changed_bit_breaks_the_signature() {
    for signer in Signer::all() {
        let token = signer.sign(&good_claims());
        let (head, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        for position in [0, bytes.len() / 2, bytes.len() - 1] {
            bytes[position] ^= 1;
            let forged = format!("{head}.{}", URL_SAFE_NO_PAD.encode(&bytes));
            let result = authenticator(&issuer()).authenticate(&forged).await;
            assert_refused(&result, Reason::BadSignature, signer.key_id);
            bytes[position] ^= 1;
        }
        let promoted = super::with("sub", "root").to_string();
        let (header, _) = head.split_once('.').unwrap();
        let forged = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(promoted));
        assert_refused(
            &authenticator(&issuer()).authenticate(&forged).await,
            Reason::BadSignature,
            signer.key_id,
        );
    }
}

#[tokio::test]
async fn r31_an_empty_or_zero_signature_is_refused() {
    let token = Signer::es256().sign(&good_claims());
    let (head, _) = token.rsplit_once('.').unwrap();
    for signature in [vec![0; 64], vec![0; 1], vec![0xff; 64], vec![0; 256]] {
        let forged = format!("{head}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_refused(
            &authenticator(&issuer()).authenticate(&forged).await,
            Reason::BadSignature,
            "psychic",
        );
    }
}
