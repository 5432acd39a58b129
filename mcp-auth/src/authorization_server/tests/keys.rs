//! Sealing keys and the signing key.

use std::sync::Arc;

use super::{Bed, Folder, ISSUER, settings};
use crate::{
    AuthorizationServer, DevelopmentSignIn,
    store::{KeyStore as _, SqliteStore, Store as _},
};

const OLD: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222222222222222222222222222";

fn open(folder: &Folder) -> AuthorizationServer {
    let store = SqliteStore::open(folder.file("auth.db")).unwrap();
    AuthorizationServer::new(ISSUER).sign_in(DevelopmentSignIn::new()).store(store)
}

#[track_caller]
fn refused(settings: AuthorizationServer, message: &str) {
    let error = settings.build().unwrap_err().to_string();
    assert!(error.contains(message) && !error.contains("1111") && !error.contains("2222"), "{error}");
}

#[test]
fn c40_a_wrong_sealing_key_does_not_start() {
    let folder = Folder::new();
    let first = Bed::of(open(&folder).sealing_key("2026", OLD));
    let wrong = "the sealing keys are not those of the store";
    refused(open(&folder).sealing_key("2026", NEW), wrong);
    refused(open(&folder).sealing_key("2027", OLD), wrong);
    refused(open(&folder).sealing_key("2027", NEW), wrong);
    refused(open(&folder), "which is not there");
    let again = Bed::of(open(&folder).sealing_key("2026", OLD));
    assert_eq!(again.core.signer.jwks(), first.core.signer.jwks(), "nothing was changed");
}

#[test]
fn c39_a_sealing_key_is_changed_in_two_steps() {
    let folder = Folder::new();
    let first = Bed::of(open(&folder).sealing_key("old", OLD));
    let both = Bed::of(open(&folder).sealing_key("new", NEW).sealing_key("old", OLD));
    let new = Bed::of(open(&folder).sealing_key("new", NEW));
    for bed in [both, new] {
        assert_eq!(bed.core.signer.jwks(), first.core.signer.jwks());
    }
    // Who has not changed yet, on another node, starts too.
    assert_eq!(Bed::of(open(&folder).sealing_key("old", OLD)).core.signer.jwks(), first.core.signer.jwks());
    refused(open(&folder).sealing_key("new", OLD), "the sealing keys are not those of the store");
}

#[test]
fn c41_the_development_sign_in_makes_its_key_beside_the_store() {
    let folder = Folder::new();
    let first = Bed::of(open(&folder));
    let key = folder.file("auth.db.key");
    let text = std::fs::read_to_string(&key).unwrap();
    assert_eq!(text.trim_end().len(), 43);
    assert_eq!(
        std::fs::read_dir(folder.file(""))
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().contains(".key") })
            .count(),
        1,
        "no draft is left"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        for open_to_others in [0o640, 0o604, 0o660, 0o644] {
            mode(open_to_others);
            refused(open(&folder), "others on this machine can read the key file");
        }
        mode(0o600);
    }
    assert_eq!(Bed::of(open(&folder)).core.signer.jwks(), first.core.signer.jwks());
    for broken in ["", "\n", &text[..20], &format!("{text}{text}"), "äääääääääääääääääääää\n"]
    {
        std::fs::write(&key, broken).unwrap();
        refused(open(&folder), "is not a key file");
    }
    let other = format!("{}\n", "a".repeat(43));
    std::fs::write(&key, other).unwrap();
    refused(open(&folder), "the sealing keys are not those of the store");
    std::fs::remove_file(&key).unwrap();
    refused(open(&folder), "which is not there");
    assert!(!key.exists(), "C41: no new key is made in its place");
    std::fs::write(&key, &text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert_eq!(Bed::of(open(&folder)).core.signer.jwks(), first.core.signer.jwks());
}

#[test]
fn a_store_in_memory_has_a_key_for_as_long_as_it_lives() {
    let one = Bed::of(settings(super::memory()));
    let two = Bed::of(settings(super::memory()));
    assert_ne!(one.core.signer.jwks(), two.core.signer.jwks());
}

/// The first starts of a new deployment, at once.
#[test]
fn processes_that_start_at_once_agree_on_one_key() {
    for _ in 0..5 {
        let folder = Arc::new(Folder::new());
        let start = |_| {
            let folder = Arc::clone(&folder);
            std::thread::spawn(move || Bed::of(open(&folder)).core.signer.jwks())
        };
        let threads: Vec<_> = (0..6).map(start).collect();
        let mut keys: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap().to_string()).collect();
        keys.dedup();
        assert_eq!(keys.len(), 1);
    }
}

/// A copy of the file holds neither the private key nor what opens it.
#[tokio::test]
async fn c39_the_private_key_is_sealed_in_the_store() {
    let store = Arc::new(super::memory());
    let wrapped = super::failing_store::FailingStore::shared(Arc::clone(&store));
    let bed = Bed::of(settings(wrapped));
    let keys = store.keys("sign").await.unwrap();
    assert_eq!(keys.len(), 1);
    // Behind the head of the list of seals, which has one.
    let sealed = &keys[0].sealed[5..];
    // Every private key of this kind has its public one behind it.
    let jwks = bed.core.signer.jwks();
    let x = jwks["keys"][0]["x"].as_str().unwrap();
    let x = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, x).unwrap();
    assert!(!keys[0].sealed.windows(x.len()).any(|bytes| bytes == x));
    assert!(
        bed.core
            .sealer
            .open(&["key", "sign", &keys[0].id], sealed)
            .unwrap()
            .windows(x.len())
            .any(|bytes| bytes == x)
    );
    assert!(bed.core.sealer.open(&["key", "sign", "another row"], sealed).is_err());
    assert!(store.key_file().is_none());
}

/// It is assembled inside of a runtime, which must not be blocked, and outside of one.
#[test]
fn it_starts_with_and_without_a_runtime() {
    let _outside = Bed::new();
    let inside = |runtime: tokio::runtime::Runtime| runtime.block_on(async { drop(Bed::new()) });
    inside(tokio::runtime::Builder::new_current_thread().build().unwrap());
    inside(tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap());
}
