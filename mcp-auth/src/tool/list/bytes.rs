//! The result of `tools/list` in bytes: each tool serialised once, each set of tools joined once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use quick_cache::{Weighter, unsync::Cache};
use rmcp::model::{CacheScope, ListToolsResult, ServerResult, Tool};

use super::Visibility;
use crate::authorize::ScopeSet;

/// How many bytes of lists are kept, and about how many lists: callers with other scopes see other lists.
const MOST_BYTES: u64 = 16 << 20;
const ABOUT: usize = 32;
/// For how many sets of scopes it is remembered what they see.
const AUDIENCES: usize = 256;

/// What a caller sees, two bits a tool.
type Seen = Arc<[u64]>;

/// Whose list it is, where it is the same for all who hold the same scopes; `None` holds no token.
type Audience = Option<ScopeSet>;

/// The lists that were asked for.
pub(crate) struct ListCache {
    kept: Mutex<Kept>,
    /// What stands before and behind the tools.
    frame: Option<(Vec<u8>, Vec<u8>)>,
}

/// Lists by what they show, so that many audiences share few lists.
struct Kept {
    lists: Cache<Seen, Bytes, ByLength>,
    audiences: Cache<Audience, Seen>,
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
        let lists = Cache::with_weighter(ABOUT, MOST_BYTES, ByLength);
        Self { kept: Mutex::new(Kept { lists, audiences: Cache::new(AUDIENCES) }), frame: frame() }
    }

    /// The result for a caller who sees these tools; `audience` if the caller's scopes alone decide. `fragments` are
    /// those that are not hidden. `None` if anything cannot be written as JSON.
    pub(crate) fn result<'a>(
        &self,
        audience: Option<Audience>,
        seen: impl Iterator<Item = Visibility>,
        fragments: impl FnOnce(&[u64]) -> Option<Vec<&'a [u8]>>,
    ) -> Option<Bytes> {
        if let Some(list) = audience.and_then(|audience| self.lock().of(&audience)) {
            return Some(list);
        }
        let seen: Seen = pack(seen).into();
        let kept = self.lock().lists.get(&seen).cloned();
        let list = match kept {
            Some(list) => list,
            None => self.join(&fragments(&seen)?)?,
        };
        self.lock().keep(audience, seen, &list);
        Some(list)
    }

    fn join(&self, tools: &[&[u8]]) -> Option<Bytes> {
        let (before, behind) = self.frame.as_ref()?;
        Some(Bytes::from([before, tools.join(&b',').as_slice(), behind].concat()))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn of(&self, audience: &Audience) -> Option<Bytes> {
        self.lists.get(self.audiences.get(audience)?).cloned()
    }

    fn keep(&mut self, audience: Option<Audience>, seen: Seen, list: &Bytes) {
        if let Some(audience) = audience {
            self.audiences.insert(audience, Arc::clone(&seen));
        }
        if self.lists.get(&seen).is_none() {
            self.lists.insert(seen, list.clone());
        }
    }
}

fn pack(seen: impl Iterator<Item = Visibility>) -> Vec<u64> {
    let mut words = Vec::new();
    for (at, visibility) in seen.enumerate() {
        if at % 32 == 0 {
            words.push(0);
        }
        if let Some(word) = words.last_mut() {
            *word |= (visibility as u64) << (2 * (at % 32));
        }
    }
    words
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
            let list = cache.result(None, seen, |_| {
                joined = true;
                Some(vec![&tool[..]])
            });
            assert!(list.is_some_and(|list| list.len() > tool.len()));
            assert_eq!(joined, expected, "{number}");
        };
        list(0, true);
        list(0, false);
        (1..64).for_each(|number| list(number, true));
        let kept: usize = cache.lock().lists.iter().map(|(_, list)| list.len()).sum();
        assert!(kept as u64 <= MOST_BYTES, "{kept}");
    }
    #[test]
    fn those_who_hold_the_same_scopes_are_asked_about_once() {
        let cache = ListCache::new();
        let list = |audience: Option<Audience>, visibility: Visibility| {
            let seen = [visibility].into_iter();
            cache.result(audience, seen, |seen| Some(vec![if seen == [0] { b"1" } else { b"2" }])).unwrap()
        };
        let nobody = Some(None);
        let someone = Some(Some(ScopeSet::EMPTY));
        let first = list(nobody, Visibility::Listed);
        assert_eq!(list(nobody, Visibility::Marked), first, "not asked again");
        assert_ne!(list(someone, Visibility::Marked), first, "no token is not no scope");
        assert_eq!(list(None, Visibility::Listed), first);
        assert_ne!(list(None, Visibility::Marked), first, "a function is asked each time");
    }
}
