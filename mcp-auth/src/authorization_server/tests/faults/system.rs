//! A process that may not open any more files.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use http::StatusCode;

use super::super::{
    Folder,
    process::{Plan, Process},
};

/// Ticks of processor time that the process has used, a hundred a second.
fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c48_out_of_files_the_server_waits_without_a_busy_loop_and_goes_on() {
    let folder = Folder::new();
    let shell = Some("ulimit -n 64".to_owned());
    let server = Process::start(&Plan { shell, ..Plan::behind_a_name(folder.file("auth.db")) });
    let client = server.http.register("before").await.unwrap().text("client_id");
    let tokens = server.http.redeem(&server.http.code(&client).await.unwrap()).await.unwrap();
    let access = tokens.text("access_token");

    let strangers: Vec<_> = (0..100).map(|_| TcpStream::connect(server.http.address()).unwrap()).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let open = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count();
    assert!(open >= 60, "it has accepted what it can: {open}");
    let before = ticks(server.id());
    // Who is connected is served, with the store and without.
    let newer = server.http.refresh(&client, &tokens.text("refresh_token")).await.unwrap();
    assert_eq!(newer.status, StatusCode::OK);
    tokio::time::sleep(Duration::from_millis(1700)).await;
    let used = ticks(server.id()) - before;
    assert!(used < 60, "{used} hundredths of a second of work in two seconds");

    drop(strangers);
    let again = tokio::time::timeout(Duration::from_secs(10), async {
        let mut stream = TcpStream::connect(server.http.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(9))).unwrap();
        let request =
            "GET /.well-known/jwks.json HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let again = again.await.unwrap();
    assert!(again.starts_with("HTTP/1.1 200"), "{again}");
    assert_eq!(server.http.call(&access).await.unwrap(), StatusCode::OK);
}
