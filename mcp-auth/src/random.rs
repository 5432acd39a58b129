//! Randomness: the only place that asks the system for it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The system gave no randomness. Nothing is ever made from less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system's source of randomness failed")]
pub(crate) struct NoRandomness;

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    #[cfg(test)]
    if failing::is_on() {
        return Err(NoRandomness);
    }
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// 256 random bits as 43 characters that are safe in URLs, headers and file names (RFC 4648 section 5).
pub(crate) fn identifier() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// An id of a row, made at this time (in milliseconds): 12 hexadecimal digits of the time, then 128 random bits. It guards
/// nothing, and nobody reads the time out of it. Rows that are made together so stand together in every index that has the
/// id, and a commit writes a few pages in place of some for each row.
#[cfg(feature = "authorization-server")]
pub(crate) fn row_id(now: u64) -> Result<String, NoRandomness> {
    Ok(format!("{:012x}{}", now & 0xffff_ffff_ffff, URL_SAFE_NO_PAD.encode(bytes::<16>()?)))
}

/// The source itself, for signatures.
pub(crate) fn system() -> aws_lc_rs::rand::SystemRandom {
    aws_lc_rs::rand::SystemRandom::new()
}

/// A short id under which the log keeps what a client is not told. It guards nothing.
pub(crate) fn reference() -> String {
    bytes().map_or_else(|_| "unknown".to_owned(), |bytes| format!("{:08x}", u32::from_ne_bytes(bytes)))
}

/// A source that fails, on one thread, for tests.
#[cfg(test)]
pub(crate) mod failing {
    use std::cell::Cell;

    thread_local!(static ON: Cell<bool> = const { Cell::new(false) });

    pub(crate) fn is_on() -> bool {
        ON.get()
    }

    pub(crate) fn set(on: bool) {
        ON.set(on);
    }
}

#[cfg(all(test, feature = "authorization-server"))]
mod tests {
    use super::row_id;

    #[test]
    fn ids_of_rows_stand_in_the_order_of_their_times_and_none_comes_twice() {
        let times = [0, 1, 255, 256, 1_800_000_000_000, 1_800_000_000_001];
        let ids = times.map(|time| row_id(time).unwrap());
        assert!(ids.is_sorted(), "{ids:?}");
        assert_ne!(row_id(7).unwrap(), row_id(7).unwrap());
    }
}
