//! Every page in every state, as data.

use axum::body::Body;
use http::Response;

use crate::{
    Branding,
    authorization_server::page::{
        self, AskedScope, ClientShown, ConsentView, Fault, GrantShown, GrantsNotice, GrantsSignInView,
        GrantsView, Hidden, NameProblem, NotEntered, NotEnteredView, Notice, Permission, PickNameView,
        SignInChoice, SignInView,
    },
    store::Timestamp,
};

pub(super) fn hidden() -> Vec<Hidden> {
    vec![Hidden { name: "request", value: "c2VhbGVk".repeat(40) }]
}

pub(super) fn scope(name: &str, description: Option<&str>) -> AskedScope {
    AskedScope {
        name: name.to_owned(),
        description: description.map(str::to_owned),
        required: false,
        ticked: true,
        new: false,
    }
}

pub(super) fn permission(text: &str) -> Permission {
    Permission { text: text.to_owned(), new: false }
}

/// A web app that has proven its domain; somebody is signed in.
pub(super) fn consent() -> ConsentView {
    ConsentView {
        action: "/consent".to_owned(),
        hidden: hidden(),
        client: ClientShown {
            name: "Claude".to_owned(),
            known: false,
            verified_domain: Some("claude.ai".to_owned()),
            redirect_host: "claude.ai".to_owned(),
            redirect_uri: "https://claude.ai/api/mcp/auth_callback".to_owned(),
            loopback: false,
            private_scheme: false,
        },
        client_changed: false,
        server: "Notes".to_owned(),
        resource: "https://notes.example.com/mcp".to_owned(),
        scopes: vec![
            AskedScope { required: true, ..scope("notes:read", Some("See your notes.")) },
            scope("notes:write", Some("Write, change and delete your notes.")),
            AskedScope { ticked: false, ..scope("notes:share", None) },
        ],
        upstream: vec![(
            "GitHub".to_owned(),
            ["Read your profile", "Read your e-mail addresses"].map(permission).to_vec(),
        )],
        person: Some("octocat (GitHub)".to_owned()),
        continues_with: None,
        notice: None,
    }
}

/// A program on this computer; nobody is signed in.
pub(super) fn loopback() -> ConsentView {
    let client = ClientShown {
        name: "MCP Inspector".to_owned(),
        known: false,
        verified_domain: None,
        redirect_host: "127.0.0.1".to_owned(),
        redirect_uri: "http://127.0.0.1:6274/oauth/callback".to_owned(),
        loopback: true,
        private_scheme: false,
    };
    let continues_with = Some("GitHub".to_owned());
    ConsentView { client, person: None, continues_with, ..consent() }
}

/// An app with a scheme of its own, that steps up.
pub(super) fn step_up() -> ConsentView {
    let mut view = consent();
    view.client = ClientShown {
        name: "Cursor".to_owned(),
        known: false,
        verified_domain: None,
        redirect_host: "cursor:".to_owned(),
        redirect_uri: "cursor://anysphere.cursor-retrieval/oauth/user-notes/callback".to_owned(),
        loopback: false,
        private_scheme: true,
    };
    view.scopes[1].new = true;
    view.upstream = vec![("GitHub".to_owned(), Vec::new())];
    view.notice = Some(Notice::Renewed);
    view
}

/// Names and texts that try to break the page.
pub(super) fn hostile() -> ConsentView {
    let mut view = loopback();
    view.client.name = format!(
        "Claude ✅ \u{202e}elgooG\u{202c} {} 👩\u{200d}💻 עורך Z{}",
        "verylongword".repeat(40),
        "\u{301}".repeat(50)
    );
    view.client.redirect_host = format!("claude.ai.{}evil.example", "login-secure-".repeat(17));
    view.client.redirect_uri = format!("https://{}/callback", view.client.redirect_host);
    view.client.loopback = false;
    view.server = "עורך הפתקים של החברה הגדולה בעולם".to_owned();
    view.scopes.push(scope(&"x".repeat(1000), Some(&"Alles lesen, ändern und löschen. ".repeat(30))));
    view.scopes.push(scope("emoji", Some("🎉 Feiern 🎉 أرسل الرسائل إلى أصدقائك")));
    view.person =
        Some("\u{202e}somebody-with-a-really-long-address-that-goes-on@subdomain.example.com".to_owned());
    view.continues_with = None;
    view
}

/// Nothing to agree to but the sign-in itself.
pub(super) fn bare() -> ConsentView {
    let notice = Some(Notice::SignedOut);
    ConsentView { scopes: Vec::new(), upstream: Vec::new(), person: None, notice, ..consent() }
}

pub(super) fn sign_in() -> SignInView {
    let choice = |id: &str, name: &str| SignInChoice { id: id.to_owned(), name: name.to_owned() };
    SignInView {
        action: "/sign-in".to_owned(),
        hidden: hidden(),
        client_name: "Claude".to_owned(),
        choices: vec![choice("github", "GitHub"), choice("development", "a name of your choice")],
    }
}

pub(super) fn pick_name(problem: Option<NameProblem>) -> PickNameView {
    PickNameView {
        action: "/development/callback".to_owned(),
        hidden: hidden(),
        suggestions: vec!["alice".to_owned(), "bob".to_owned()],
        problem,
    }
}

/// What somebody allowed; the second with a hostile name.
pub(super) fn grants() -> GrantsView {
    let grant = |name: &str, domain: Option<&str>| GrantShown {
        id: "Zm9vYmFyYmF6".to_owned(),
        client_id: "k3JfX8vO2mZ4".to_owned(),
        known: false,
        client_name: name.to_owned(),
        verified_domain: domain.map(str::to_owned),
        server: "Notes".to_owned(),
        resource: "https://notes.example.com/mcp".to_owned(),
        scopes: vec![
            ("notes:read".to_owned(), Some("See your notes.".to_owned())),
            ("notes:share".to_owned(), None),
        ],
        since: Timestamp::from_millis(1_795_400_000_000),
        until: Timestamp::from_millis(1_810_952_000_000),
    };
    let hostile = hostile().client.name;
    GrantsView {
        action: "/grants".to_owned(),
        hidden: hidden(),
        person: "octocat".to_owned(),
        grants: vec![grant("Claude", Some("claude.ai")), grant(&hostile, None), grant("\u{200b}", None)],
        notice: None,
    }
}

pub(super) fn grants_sign_in(notice: Option<GrantsNotice>) -> GrantsSignInView {
    GrantsSignInView { action: "/grants".to_owned(), hidden: hidden(), choices: sign_in().choices, notice }
}

pub(super) const FAULTS: [(&str, Fault); 8] = [
    ("error-unknown-client", Fault::UnknownClient),
    ("error-client-document", Fault::ClientDocument),
    ("error-client-unreachable", Fault::ClientUnreachable),
    ("error-redirect-uri", Fault::RedirectUri),
    ("error-request", Fault::Request),
    ("error-expired", Fault::Expired),
    ("error-other-browser", Fault::OtherBrowser),
    ("error-unavailable", Fault::Unavailable),
];

/// Somebody whom a policy keeps out.
pub(super) fn not_entered(why: NotEntered) -> NotEnteredView {
    NotEnteredView {
        action: "/consent".to_owned(),
        hidden: hidden(),
        client: "Claude".to_owned(),
        server: "Notes".to_owned(),
        person: "octocat".to_owned(),
        provider: "GitHub".to_owned(),
        why,
        reference: "1f2e3d4c".to_owned(),
    }
}

/// Every page, by name.
pub(super) fn all(branding: &Branding) -> Vec<(&'static str, Response<Body>)> {
    let mut pages = vec![
        ("consent", page::consent(branding, &consent())),
        ("consent-loopback", page::consent(branding, &loopback())),
        ("consent-step-up", page::consent(branding, &step_up())),
        ("consent-hostile", page::consent(branding, &hostile())),
        ("consent-bare", page::consent(branding, &bare())),
        ("sign-in", page::sign_in(branding, &sign_in())),
        ("pick-name", page::pick_name(branding, &pick_name(None))),
        ("pick-name-problem", page::pick_name(branding, &pick_name(Some(NameProblem::Refused)))),
    ];
    let none = GrantsView { grants: Vec::new(), notice: Some(GrantsNotice::AllEnded), ..grants() };
    let signed_out = grants_sign_in(Some(GrantsNotice::SignedOut));
    pages.extend([
        ("grants", page::grants(branding, &grants())),
        ("grants-none", page::grants(branding, &none)),
        ("grants-sign-in", page::grants_sign_in(branding, &signed_out)),
    ]);
    let said = "There is no seat for you. Ask the office for one: it is on the second floor.".to_owned();
    for (name, why) in [
        ("not-entered", NotEntered::NotListed),
        ("not-entered-said", NotEntered::Said(said)),
        ("not-entered-not-told", NotEntered::NotTold),
        ("not-entered-unknown", NotEntered::Unknown),
    ] {
        pages.push((name, page::not_entered(branding, &not_entered(why))));
    }
    for (name, fault) in FAULTS {
        pages.push((name, page::fault(branding, fault, Some("1f2e3d4c"))));
    }
    pages
}
