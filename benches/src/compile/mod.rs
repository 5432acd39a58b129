//! What a user's crate costs to compile: our macros against rmcp's, with the same tools and the same bodies.

mod project;
mod stopwatch;

use std::collections::BTreeMap;

use crate::Result;
use project::{Macros, Project};

/// One thing a developer waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    CheckCold,
    CheckEdit,
    BuildCold,
    BuildTouch,
    BuildEdit,
}

const STEPS: [(Step, &str); 5] = [
    (Step::CheckCold, "check, cold"),
    (Step::CheckEdit, "check after an edit"),
    (Step::BuildCold, "build, cold"),
    (Step::BuildTouch, "build after touch"),
    (Step::BuildEdit, "build after an edit"),
];

/// CPU seconds, one number per round.
type Samples = BTreeMap<(usize, &'static str, Step), Vec<f64>>;

/// Measures crates of `sizes` tools in `rounds` rounds, both macros in turn, and prints the table.
pub(crate) fn run(sizes: &[usize], rounds: usize) -> Result<()> {
    let project = Project::create(sizes)?;
    project.build_dependencies(sizes)?;
    let mut samples = Samples::new();
    for round in 1..=rounds {
        for &size in sizes {
            for macros in Macros::ALL {
                eprintln!("round {round} of {rounds}: {size} tools, {}", macros.name());
                for (step, seconds) in project.measure(macros, size, round)? {
                    samples.entry((size, macros.name(), step)).or_default().push(seconds);
                }
            }
        }
    }
    print(sizes, &samples);
    Ok(())
}

fn print(sizes: &[usize], samples: &Samples) {
    println!("| tools | step | mcp-auth, CPU s | rmcp, CPU s | mcp-auth ÷ rmcp |");
    println!("|---:|---|---:|---:|---:|");
    for &size in sizes {
        for (step, name) in STEPS {
            let of = |macros: Macros| samples.get(&(size, macros.name(), step)).cloned().unwrap_or_default();
            let (ours, theirs) = (of(Macros::Ours), of(Macros::Rmcp));
            let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
            let (ours, theirs, ratio) = (median(ours), median(theirs), median(ratios));
            println!("| {size} | {name} | {ours:.2} | {theirs:.2} | {ratio:.2} |");
        }
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}
