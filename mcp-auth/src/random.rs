//! The only place that asks the system for randomness.

/// `N` unpredictable bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // aws-lc aborts rather than answer with weak bytes; an error here has no other cause.
    aws_lc_rs::rand::fill(&mut bytes).unwrap_or_else(|_| std::process::abort());
    bytes
}

/// A short id under which the log keeps what a client is not told.
pub(crate) fn reference() -> String {
    format!("{:08x}", u32::from_ne_bytes(bytes()))
}
