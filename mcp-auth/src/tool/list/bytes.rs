//! The result of `tools/list` in bytes: each tool serialised once, each set of tools joined once.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use quick_cache::{Weighter, unsync::Cache};
use rmcp::model::{CacheScope, ListToolsResult, ServerResult, Tool};

use super::Visibility;

/// How many bytes of lists are kept, and about how many lists: callers with other scopes see other lists.
const MOST_BYTES: u64 = 16 << 20;
const ABOUT: usize = 32;

/// What a caller sees, two bits a tool.
pub(crate) type Seen = Box<[u64]>;

/// The lists that were asked for, by what they show.
pub(crate) struct ListCache {
    lists: Mutex<Cache<Seen, Bytes, ByLength>>,
    /// What stands before and behind the tools.
    frame: Option<(Vec<u8>, Vec<u8>)>,
}

#[derive(Clone)]
struct ByLength;

impl Weighter<Seen, Bytes> for ByLength {
    fn weight(&self, _seen: &Seen, list: &Bytes) -> u64 {
        (list.len() as u64).max(1)
    }
}

impl ListCache {
    pub(crate) fn new() -> Self {
        Self { lists: Mutex::new(Cache::with_weighter(ABOUT, MOST_BYTES, ByLength)), frame: frame() }
    }

    /// The result for a caller who sees these tools: `fragments` are those that are not hidden. `None` if anything
    /// cannot be written as JSON.
    pub(crate) fn result<'a>(
        &self,
        seen: impl Iterator<Item = Visibility>,
        fragments: impl FnOnce(&[u64]) -> Option<Vec<&'a [u8]>>,
    ) -> Option<Bytes> {
        let seen = pack(seen);
        if let Some(list) = self.lock().get(&seen) {
            return Some(list.clone());
        }
        let (before, behind) = self.frame.as_ref()?;
        let tools = fragments(&seen)?.join(&b',');
        let list = Bytes::from([before, tools.as_slice(), behind].concat());
        self.lock().insert(seen, list.clone());
        Some(list)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Cache<Seen, Bytes, ByLength>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pack(seen: impl Iterator<Item = Visibility>) -> Seen {
    let mut words = Vec::new();
    for (at, visibility) in seen.enumerate() {
        if at % 32 == 0 {
            words.push(0);
        }
        if let Some(word) = words.last_mut() {
            *word |= (visibility as u64) << (2 * (at % 32));
        }
    }
    words.into()
}

/// The visibility of the tool at `at`.
pub(crate) fn unpack(seen: &[u64], at: usize) -> Visibility {
    match seen.get(at / 32).map(|word| (word >> (2 * (at % 32))) & 3) {
        Some(0) => Visibility::Listed,
        Some(1) => Visibility::Marked,
        _ => Visibility::Hidden,
    }
}

/// One tool as it stands in a list.
pub(crate) fn fragment(tool: &Tool) -> Option<Box<[u8]>> {
    serde_json::to_vec(tool).ok().map(Vec::into_boxed_slice)
}

/// A list without tools as rmcp writes it for 2026-07-28, cut where the tools belong.
fn frame() -> Option<(Vec<u8>, Vec<u8>)> {
    const TOOLS: &str = "\"tools\":[";
    let mut result = ListToolsResult::with_all_items(Vec::new());
    // Who may see the list differs between callers, so no shared cache may keep it.
    result.cache_scope = Some(CacheScope::Private);
    let mut result = ServerResult::ListToolsResult(result);
    result.fill_missing_cache_hints();
    let text = serde_json::to_string(&result).ok()?;
    let (before, behind) = text.split_at(text.find(TOOLS)? + TOOLS.len());
    Some((before.into(), behind.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_packed_without_loss() {
        use Visibility::{Hidden, Listed, Marked};
        let seen = [Listed, Marked, Hidden, Marked, Listed].into_iter().cycle();
        let packed = pack(seen.clone().take(77));
        assert_eq!(packed.len(), 3);
        for (at, visibility) in seen.take(77).enumerate() {
            assert_eq!(unpack(&packed, at), visibility, "{at}");
        }
    }

    #[test]
    fn lists_are_joined_once_and_kept_within_bounds() {
        let cache = ListCache::new();
        let tool = vec![b'1'; 1 << 20];
        let list = |number: u64, expected: bool| {
            let seen = (0..6)
                .map(|bit| if number >> bit & 1 == 0 { Visibility::Listed } else { Visibility::Marked });
            let mut joined = false;
            let list = cache.result(seen, |_| {
                joined = true;
                Some(vec![&tool[..]])
            });
            assert!(list.is_some_and(|list| list.len() > tool.len()));
            assert_eq!(joined, expected, "{number}");
        };
        list(0, true);
        list(0, false);
        (1..64).for_each(|number| list(number, true));
        let kept: usize = cache.lock().iter().map(|(_, list)| list.len()).sum();
        assert!(kept as u64 <= MOST_BYTES, "{kept}");
    }
}
