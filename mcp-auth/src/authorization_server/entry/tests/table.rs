//! The truth table, and how addresses are compared.

use super::{
    super::{
        custom::{Asked, Entry},
        judge::{Reason, Verdict},
        rule::Rule,
    },
    *,
};
use crate::upstream::{Account, Fact, Untold, Wanted};

fn rule(policy: &WhoMayEnter) -> Rule {
    let mut problems = Vec::new();
    let rule = policy.rule(&mut Wanted::default(), &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    rule
}

pub(super) fn entry(addresses: Fact<Vec<String>>, memberships: &[(&str, Fact<bool>)]) -> Entry {
    let memberships = memberships.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone())).collect();
    Entry::new(Asked {
        person: Somebody { provider: "github".into(), id: "1".into(), name: "one".into() },
        account: Account { email_addresses: addresses, memberships }.into(),
        client_id: "client".into(),
        client_name: "Client".into(),
        resource: RESOURCE.into(),
        scopes: vec![],
    })
}

/// `y` yes, `n` no, `?` not now, `-` not allowed to say.
fn fact(word: char) -> Fact<bool> {
    match word {
        'y' => Ok(true),
        'n' => Ok(false),
        '?' => Err(Untold::Unavailable("down".into())),
        _ => Err(Untold::NotAllowed),
    }
}

fn word(verdict: &Verdict) -> char {
    match verdict {
        Verdict::Yes => 'y',
        Verdict::No(Reason::NotListed) => 'n',
        Verdict::No(Reason::NotTold) => '-',
        Verdict::No(_) => '!',
        Verdict::Unknown(_) => '?',
    }
}

#[tokio::test]
async fn c37_any_and_all_combine_as_the_table_says() {
    let ways = |policy: WhoMayEnter| policy.github_organization("a").github_organization("b");
    let (any, all) = (rule(&ways(WhoMayEnter::any())), rule(&ways(WhoMayEnter::all())));
    for (a, b, of_any, of_all) in [
        ('y', 'y', 'y', 'y'),
        ('y', 'n', 'y', 'n'),
        ('n', 'y', 'y', 'n'),
        ('y', '?', 'y', '?'),
        ('?', 'y', 'y', '?'),
        ('n', '?', '?', 'n'),
        ('?', 'n', '?', 'n'),
        ('n', 'n', 'n', 'n'),
        ('?', '?', '?', '?'),
        ('-', 'y', 'y', '-'),
        ('-', 'n', '-', '-'),
        ('-', '?', '?', '-'),
    ] {
        let entry = entry(Err(Untold::Unknown), &[("a", fact(a)), ("b", fact(b))]);
        let verdicts = (word(&any.judge(&entry).await), word(&all.judge(&entry).await));
        assert_eq!(verdicts, (of_any, of_all), "{a} {b}");
    }
}

#[tokio::test]
async fn groups_nest() {
    let both = WhoMayEnter::all().email_domain("acme.example").github_team("acme/core");
    let policy = rule(&WhoMayEnter::any().person("github:7").group(both));
    for (address, team, enters) in
        [("me@acme.example", 'y', 'y'), ("me@acme.example", 'n', 'n'), ("me@home.example", 'y', 'n')]
    {
        let entry = entry(Ok(vec![address.to_owned()]), &[("acme/core", fact(team))]);
        assert_eq!(word(&policy.judge(&entry).await), enters);
    }
}

#[tokio::test]
async fn whose_word_counts_can_be_said() {
    let addresses = Ok(vec!["me@acme.example".to_owned()]);
    for (provider, enters) in [("github", 'y'), ("google", 'n')] {
        let policy = rule(&WhoMayEnter::all().provider(provider).email_domain("acme.example"));
        assert_eq!(word(&policy.judge(&entry(addresses.clone(), &[])).await), enters, "{provider}");
    }
}

/// What was not asked for is not known: it is never a yes.
#[tokio::test]
async fn what_is_not_known_lets_nobody_in() {
    let policy =
        WhoMayEnter::any().email_domain("acme.example").email_address("a@b.example").github_team("acme/core");
    let entry = entry(Err(Untold::Unknown), &[]);
    assert_eq!(word(&rule(&policy).judge(&entry).await), 'n');
}

#[tokio::test]
async fn a_domain_is_what_stands_behind_the_last_at_and_looks_are_no_proof() {
    let cases: [(&str, &[&str], &[&str]); 3] = [
        (
            " @Acme.EXAMPLE ",
            &["me@acme.example", "ME@ACME.example", "\"odd@name\"@acme.example"],
            &[
                "me@mail.acme.example",
                "me@evilacme.example",
                "me@acme.example.evil.example",
                "me@acme.example@evil.example",
                "@acme.example",
                "acme.example",
                "me@acme.example.",
                "me@acme.example ",
                // Cyrillic а
                "me@\u{430}cme.example",
                "me@xn--cme-5cd.example",
                "",
            ],
        ),
        (
            "*.acme.example",
            &["me@mail.acme.example", "me@a.b.ACME.example"],
            &["me@acme.example", "me@evilacme.example", "me@.acme.example", "me@äacme.example"],
        ),
        ("xn--bcher-kva.example", &["me@xn--bcher-kva.example"], &["me@bücher.example"]),
    ];
    for (domain, good, bad) in cases {
        let policy = rule(&WhoMayEnter::any().email_domain(domain));
        for (address, enters) in good.iter().map(|good| (good, 'y')).chain(bad.iter().map(|bad| (bad, 'n'))) {
            let entry = entry(Ok(vec![(*address).to_owned()]), &[]);
            assert_eq!(word(&policy.judge(&entry).await), enters, "{domain}: {address}");
        }
    }
}
