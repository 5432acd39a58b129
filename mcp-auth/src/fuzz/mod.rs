//! What strangers send, changed in every way: nothing panics, and nothing that is not good is believed.
//!
//! Each target has seeds, in `corpus/<target>`. They go into the target as they are, and then edited at random: spliced
//! with each other, cut, doubled, with single bytes and bits changed. A failure is made smaller and printed: put it
//! into the corpus, so that it is never forgotten. A second each with `cargo test`, more with `FUZZ_SECONDS=20`.
//!
//! There is no coverage to steer by, as libFuzzer has. bolero would bring that, and pins a version of `indexmap` that the
//! library itself would then be built with.

#[cfg(feature = "authorization-server")]
mod assertion;
mod bearer;
#[cfg(feature = "authorization-server")]
mod callback;
#[cfg(feature = "authorization-server")]
mod client_document;
mod envelope;
#[cfg(feature = "authorization-server")]
mod form;
mod jwt;
mod metadata;
#[cfg(feature = "authorization-server")]
mod redirect;
#[cfg(feature = "authorization-server")]
mod registration;
#[cfg(feature = "authorization-server")]
mod sealed;

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::Duration,
};

use crate::{clock::Clock, random};

/// The seeds of a target; there are some.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    assert!(files.len() > 2, "{}", corpus.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Sends the seeds, and then edits of them until the time is up.
fn fuzz(seeds: &[Vec<u8>], target: impl Fn(&[u8])) {
    let mut dice = Dice(u64::from_ne_bytes(random::bytes().unwrap()) | 1);
    let seconds = env::var("FUZZ_SECONDS").map_or(1, |seconds| seconds.parse().unwrap());
    let (clock, time) = (Clock::system(), Duration::from_secs(seconds));
    for seed in seeds {
        check(seed, &target);
    }
    let mut tried = 0_u64;
    while clock.monotonic() < time {
        check(&edited(seeds, &mut dice), &target);
        tried += 1;
    }
    assert!(tried > 100, "{tried} in {seconds} s");
    println!("{tried} inputs in {seconds} s");
}

fn check(input: &[u8], target: &impl Fn(&[u8])) {
    let fails = |input: &[u8]| catch_unwind(AssertUnwindSafe(|| target(input))).is_err();
    assert!(!fails(input), "this input fails: {}", smallest(input.to_vec(), fails).escape_ascii());
}

/// The input without every piece that the failure does not need.
fn smallest(mut input: Vec<u8>, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut size = input.len().next_power_of_two();
    while size > 0 {
        let mut at = 0;
        while at < input.len() {
            let mut shorter = input.clone();
            shorter.drain(at..(at + size).min(input.len()));
            if fails(&shorter) { input = shorter } else { at += size }
        }
        size /= 2;
    }
    input
}

/// A seed after up to six edits.
fn edited(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut text = seeds[dice.throw(seeds.len())].clone();
    for _ in 0..=dice.throw(6) {
        let other = &seeds[dice.throw(seeds.len())];
        let from = dice.throw(other.len() + 1);
        let piece = other[from..(from + dice.throw(32)).min(other.len())].to_vec();
        let at = dice.throw(text.len() + 1);
        let end = (at + dice.throw(16)).min(text.len());
        match dice.throw(8) {
            0 => drop(text.splice(at..at, piece)),
            1 => drop(text.splice(at..end, piece)),
            2 => drop(text.drain(at..end)),
            3 => text.insert(at, u8::try_from(dice.throw(256)).unwrap()),
            4 if at < text.len() => text[at] ^= 1 << dice.throw(8),
            5 => text.truncate(at.max(1)),
            6 => text.insert(at, b" \"\\{}[],:.=/\n\0\xff"[dice.throw(15)]),
            _ => {
                let again = text[at..end].to_vec();
                drop(text.splice(at..at, again));
            }
        }
    }
    text
}

/// Numbers at random (xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// The fuzzer finds what is there to be found, and makes it small.
#[test]
fn the_fuzzer_finds_a_fault_and_makes_it_small_fuzz() {
    let seeds = [b"one (two) three".to_vec(), b"four".to_vec(), b"[five]".to_vec()];
    let found = catch_unwind(|| fuzz(&seeds, |input| assert!(!input.windows(2).any(|two| two == b"(("))));
    let found = found.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(*found, "this input fails: ((");
}
