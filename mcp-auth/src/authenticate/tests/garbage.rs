//! F14: whatever a stranger sends, the answer is that it is no good, and nothing panics.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{AuthenticateError, Signer, authenticator, good_claims, issuer};

/// Numbers that are the same at each run (a linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[tokio::test]
async fn f14_no_changed_token_is_accepted_and_none_panics() {
    let authenticator = authenticator(&issuer());
    let token = Signer::es256().sign(&good_claims());
    let alphabet = b"ABCabc019-_.=+/ {}\"\0\x7f";
    let mut numbers = Numbers(1);
    for _ in 0..3000 {
        let mut changed = token.clone().into_bytes();
        for _ in 0..=numbers.below(3) {
            let place = numbers.below(changed.len());
            match numbers.below(4) {
                0 => drop(changed.remove(place)),
                1 => changed.insert(place, alphabet[numbers.below(alphabet.len())]),
                2 => changed.truncate(place + 1),
                _ => changed[place] = alphabet[numbers.below(alphabet.len())],
            }
        }
        let changed = String::from_utf8(changed).unwrap();
        if changed != token {
            let result = authenticator.authenticate(&changed).await;
            assert!(matches!(result, Err(AuthenticateError::Invalid(_))), "{changed}: {result:?}");
        }
    }
    authenticator.authenticate(&token).await.expect("the token itself");
}

#[tokio::test]
async fn f14_signed_garbage_is_judged_without_panic() {
    let authenticator = authenticator(&issuer());
    let (header, claims) = (Signer::eddsa().header().to_string(), good_claims().to_string());
    let mut numbers = Numbers(2);
    for _ in 0..1500 {
        let mut parts = [header.clone().into_bytes(), claims.clone().into_bytes()];
        let part = &mut parts[numbers.below(2)];
        let place = numbers.below(part.len());
        part[place] = b"\"{}[]:,0e9-\\\xff\0 "[numbers.below(15)];
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(&parts[0]), URL_SAFE_NO_PAD.encode(&parts[1]));
        let token = Signer::eddsa().sign_parts(&signed);
        let result = authenticator.authenticate(&token).await;
        assert!(matches!(result, Ok(_) | Err(AuthenticateError::Invalid(_))), "{token}: {result:?}");
    }
}
