//! A host of documents: https on `localhost`, HTTP by hand, so that it can answer what no library would.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

pub(in super::super) struct Host {
    origin: String,
    root: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<HashMap<String, Reply>>,
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

/// What is answered at a path.
#[derive(Clone, Default)]
pub(in super::super) struct Reply {
    /// Head and body, as they are sent.
    bytes: Vec<u8>,
    /// Before anything is sent.
    delay: Duration,
    /// One byte at a time, with this pause.
    trickle: Option<Duration>,
}

impl Reply {
    pub(in super::super) fn json(document: &Value) -> Self {
        Self::new(200, &["Content-Type: application/json"], &document.to_string())
    }

    pub(in super::super) fn new(status: u16, headers: &[&str], body: &str) -> Self {
        let headers: String = headers.iter().flat_map(|line| [*line, "\r\n"]).collect();
        let length = body.len();
        Self::raw(format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
        ))
    }

    /// Nothing at all for an answer: the connection ends.
    pub(in super::super) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), ..Self::default() }
    }

    pub(in super::super) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    pub(in super::super) fn trickling(self, pause: Duration) -> Self {
        Self { trickle: Some(pause), ..self }
    }
}

impl Host {
    pub(in super::super) async fn start() -> Self {
        let (config, root) = certificates();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let shared = Arc::new(Shared::default());
        let (acceptor, served) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&shared));
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                served.connections.fetch_add(1, Ordering::SeqCst);
                let (acceptor, served) = (acceptor.clone(), Arc::clone(&served));
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        // Whoever goes away early means to.
                        let _ = answer(stream, &served).await;
                    }
                });
            }
        });
        Self { origin, root, shared, server }
    }

    pub(in super::super) fn origin(&self) -> &str {
        &self.origin
    }

    /// The certificate of the authority that vouches for it.
    pub(in super::super) fn root(&self) -> &str {
        &self.root
    }

    pub(in super::super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub(in super::super) fn set(&self, path: &str, reply: Reply) {
        self.shared.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    /// The request lines so far, each with its headers.
    pub(in super::super) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub(in super::super) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, shared: &Shared) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap().to_owned();
    shared.requests.lock().unwrap().push(request);
    let reply = shared.replies.lock().unwrap().get(&path).cloned();
    let reply = reply.unwrap_or_else(|| Reply::new(404, &[], ""));
    tokio::time::sleep(reply.delay).await;
    match reply.trickle {
        None => stream.write_all(&reply.bytes).await?,
        Some(pause) => {
            for byte in reply.bytes {
                stream.write_all(&[byte]).await?;
                stream.flush().await?;
                tokio::time::sleep(pause).await;
            }
        }
    }
    stream.shutdown().await
}

/// A server's certificate for `localhost`, and the one of its authority in PEM.
fn certificates() -> (ServerConfig, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (config, authority.pem())
}
