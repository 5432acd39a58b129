//! The text of an error that the compiler shows.

use super::ScopeInfo;

/// A text built in a constant; what does not fit is left out.
pub(crate) struct Message {
    bytes: [u8; 1024],
    len: usize,
}

impl Message {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 1024], len: 0 }
    }

    /// Appends `text` as a whole or not at all, so that no character is cut.
    pub(crate) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        if self.len + text.len() > self.bytes.len() {
            return self;
        }
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    pub(crate) const fn code(self, text: &str) -> Self {
        self.text("`").text(text).text("`")
    }

    pub(crate) const fn list(mut self, scopes: &[ScopeInfo]) -> Self {
        if scopes.is_empty() {
            return self.text("none");
        }
        let mut i = 0;
        while i < scopes.len() {
            if i > 0 {
                self = self.text(", ");
            }
            if i == 10 {
                return self.text("…");
            }
            self = self.code(scopes[i].name());
            i += 1;
        }
        self
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "evaluated by the compiler: this is the compile error")]
    pub(crate) const fn panic(&self) -> ! {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("a check of mcp-auth failed"),
        }
    }
}
