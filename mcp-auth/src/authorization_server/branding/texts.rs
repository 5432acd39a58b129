//! Every sentence of the pages, so that each can be replaced.

use std::borrow::Cow;

use crate::Problem;

/// A text with its setting's name and what stands there by default.
type Entry<'a> = (&'static str, &'a Cow<'static, str>, &'static str);

/// The texts as one table: from it come the struct, its English defaults, and what is checked at start.
macro_rules! texts {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $default:literal,)* }
     { $($(#[$other_doc:meta])* $other:ident: $kind:ty = $value:expr,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$other_doc])* pub $other: $kind,)*
            $($(#[$doc])* #[doc = concat!("\n\nDefault: “", $default, "”")] pub $field: Cow<'static, str>,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($other: $value,)* $($field: Cow::Borrowed($default),)* }
            }
        }

        impl $name {
            fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
                [$((stringify!($field), &self.$field, $default),)*].into_iter()
            }
        }
    };
}

texts! {
    /// Every sentence of the pages that people see. The defaults are English; replace what should read otherwise.
    ///
    /// A word in braces, such as `{client}`, stands for what the page is about. A replacement has to contain the same ones as
    /// the default, otherwise the server does not start: a page that no longer names who asks would be dangerous.
    ///
    /// ```
    /// use mcp_auth::{Branding, Texts};
    ///
    /// let mut texts = Texts::default();
    /// texts.language = "de".into();
    /// texts.consent_title = "{client} möchte {server} benutzen".into();
    /// texts.allow = "Erlauben".into();
    /// texts.deny = "Ablehnen".into();
    /// let branding = Branding::new().texts(texts);
    /// ```
    Texts {
        /// Language of the texts, as a BCP 47 tag: screen readers pronounce by it.
        language: "en",

        /// Consent: the headline, and the title of the tab.
        consent_title: "{client} wants to use {server}",
        /// Consent: before the name that the client gave itself.
        client_label: "App",
        /// Consent: beside the name of a client that has proven its domain.
        verified: "verified: {domain}",
        /// Consent: beside the name of a client that the server's operator wrote down.
        known: "known to this server",
        /// Consent: beside the name of a client that anybody could have given itself.
        unverified: "unverified",
        /// Consent: what that means.
        unverified_help: "Nobody has checked this name. Allow this only if you have just started to connect {client} yourself.",
        /// Consent: the name is checked, and the answer goes to this device, where any program can use the name of another.
        verified_elsewhere_help: "The name of {client} is checked, but not that it is {client} who asks: any program on this computer can use its name. Allow this only if you have just started to connect {client} yourself.",
        /// Consent: the client describes itself otherwise than when the person allowed it before.
        changed_help: "{client} has changed since you allowed it: where it is answered, or how it proves who it is. What you allowed before does not count.",
        /// Consent: before the address to which the browser goes afterwards.
        destination_label: "Returns you to",
        /// Consent: the client waits on this machine.
        loopback_warning: "The answer goes to a program on this computer, and any program on this computer can receive it. Go on only if you trust the programs that run here.",
        /// Consent: the client is an app with a URI scheme of its own (RFC 8252 section 7.1).
        private_scheme_warning: "The answer goes to the app on this device that opens {destination} links, and any app can offer to open them. Go on only if you trust the apps that are installed here.",
        /// Consent: before the server's name and address.
        server_label: "Server",
        /// Consent: before the person who is signed in in this browser.
        person_label: "Signed in as",
        /// Consent: above the scopes.
        scopes_title: "{client} will be able to:",
        /// Consent: below that, when something can be unticked.
        scopes_help: "Untick what you do not want to allow.",
        /// Consent: when no scope is asked for.
        no_scopes: "{client} asks for no particular permission.",
        /// Consent: beside a scope that cannot be unticked.
        required: "required",
        /// Consent: beside a scope that the person has not agreed to before, when they have to others.
        new: "new",
        /// Consent: what that means.
        new_help: "You have allowed {client} something before. What it asks for now is marked as new.",
        /// Consent: above what is asked of a provider.
        upstream_title: "At {provider}",
        /// Consent: what is asked of a provider, before a list of the provider's own names of permissions.
        upstream_permissions: "{server} asks {provider} for access to your account there, with these permissions. {client} is not given this access itself.",
        /// Consent: when nothing is asked of a provider but the person's identity.
        upstream_identity: "{provider} tells {server} who you are.",
        /// Consent: the button that refuses.
        deny: "Deny",
        /// Consent: the button that agrees.
        allow: "Allow",
        /// Consent: the same when the person signs in next, and can choose where.
        allow_and_sign_in: "Allow and sign in",
        /// Consent: the same when the person signs in next.
        allow_and_continue: "Allow and continue with {provider}",
        /// Consent: the button that signs out in this browser, so as to sign in as somebody else.
        another_account: "Use another account",
        /// Consent: after a form that was too old, or not made for this browser.
        renewed: "This page was out of date and has been renewed. Please look at it again.",
        /// Consent: after "Use another account".
        signed_out: "You are no longer signed in here. Choose an account after you have allowed this.",

        /// Sign-in: the headline.
        sign_in_title: "Sign in",
        /// Sign-in: below it.
        sign_in_help: "Choose how to sign in. Afterwards you return to {client}.",
        /// Sign-in: a button.
        continue_with: "Continue with {provider}",

        /// Development sign-in: the headline.
        pick_name_title: "Who do you want to be?",
        /// Development sign-in: below it.
        pick_name_help: "This sign-in is for development on this computer. It asks for no password.",
        /// Development sign-in: the field.
        pick_name_label: "Name",
        /// Development sign-in: the button.
        pick_name_continue: "Continue",
        /// Development sign-in: above the buttons with names to choose from.
        pick_name_suggestions: "Or choose a name",
        /// Development sign-in: the field was empty.
        name_missing: "Write a name first.",
        /// Development sign-in: the name has characters, or a length, that it cannot have.
        name_refused: "This name cannot be used. Take a shorter one, of letters and digits.",

        /// A person's own page: the headline.
        grants_title: "What you have allowed",
        /// A person's own page: above the list.
        grants_help: "These apps can use this server in your name. End what you do not need any more.",
        /// A person's own page: there is nothing to list.
        grants_none: "No app has access.",
        /// A person's own page: before the date.
        since_label: "Allowed on",
        /// A person's own page: before the date on which it ends by itself.
        until_label: "Ends on",
        /// A person's own page: the button that ends one.
        end_grant: "End the access of {client}",
        /// A person's own page: above the button that ends all.
        end_all_help: "All apps lose their access at once, and have to ask you again.",
        /// A person's own page: that button.
        end_all: "End all access",
        /// A person's own page: the button that signs out.
        sign_out: "Sign out",
        /// A person's own page: nobody is signed in.
        grants_sign_in_help: "Sign in to see which apps you have allowed to use this server, and to end what you do not need any more.",
        /// A person's own page: after one has ended.
        grant_ended: "The app has no access any more.",
        /// A person's own page: after all have ended.
        all_ended: "No app has access any more.",
        /// A person's own page: after that button.
        grants_signed_out: "You are signed out.",

        /// Not let in: the headline.
        not_entered_title: "You cannot enter with this account",
        /// Not let in: below it.
        not_entered: "You signed in with {provider} as {person}. This account may not use {server}.",
        /// Not let in: what the person can do.
        not_entered_help: "If you have another account for {server}, use that one. Otherwise ask those who run it.",
        /// Not let in, because the provider was not allowed to tell what has to be known: the headline.
        not_told_title: "{provider} may not say enough about you",
        /// The same: below it.
        not_told: "You signed in as {person}. Whether you may use {server} cannot be seen, because {provider} was not allowed to show it.",
        /// The same: what the person can do.
        not_told_help: "Try again, and allow everything that {provider} asks for. If {provider} does not ask, those who run your organization there have to approve this app.",
        /// Not let in, because nobody can say now whether they may: the headline.
        not_known_title: "It could not be checked whether you may enter",
        /// The same: below it.
        not_known: "You signed in as {person}, and {provider} or {server} cannot say right now whether you may enter. Nothing was kept.",
        /// The same: what the person can do.
        not_known_help: "Try again in a moment.",
        /// Not let in: the button that begins again.
        try_again: "Try again",
        /// Not let in: the button that goes back to the client, which is told.
        back_to_client: "Return to {client}",

        /// Errors: before the id under which the server's log says more.
        reference_label: "Reference",
        /// Errors: what the reference is good for.
        reference_help: "If you ask for help, give this reference to those who run the server.",
    } {
        /// Whether the language is written from right to left.
        right_to_left: bool = false,
        /// What the error pages say.
        errors: ErrorTexts = ErrorTexts::default(),
    }
}

/// What an error page says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorText {
    /// The headline.
    pub title: Cow<'static, str>,
    /// What happened.
    pub message: Cow<'static, str>,
    /// What the person can do now.
    pub help: Cow<'static, str>,
}

/// The error pages, as one table.
macro_rules! error_texts {
    ($($(#[$doc:meta])* $field:ident: $title:literal, $message:literal, $help:literal;)*) => {
        /// What each error page says.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct ErrorTexts {
            $($(#[$doc])* #[doc = concat!("\n\nDefault: “", $title, ". ", $message, " ", $help, "”")] pub $field: ErrorText,)*
        }

        impl Default for ErrorTexts {
            fn default() -> Self {
                Self { $($field: ErrorText {
                    title: Cow::Borrowed($title), message: Cow::Borrowed($message), help: Cow::Borrowed($help),
                },)* }
            }
        }

        impl ErrorTexts {
            fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
                [$(
                    (concat!("errors.", stringify!($field), ".title"), &self.$field.title, $title),
                    (concat!("errors.", stringify!($field), ".message"), &self.$field.message, $message),
                    (concat!("errors.", stringify!($field), ".help"), &self.$field.help, $help),
                )*].into_iter()
            }
        }
    };
}

error_texts! {
    /// The client is not known, or no longer.
    unknown_client:
        "This app is not registered here",
        "The app that sent you here is unknown to this server, or its registration has expired.",
        "In the app, remove this server and add it again. It then registers anew. With mcp-remote, delete the folder \
         ~/.mcp-auth first.";
    /// The client's id leads to no document that could be a client's.
    client_document:
        "This app cannot be checked",
        "The app that sent you here names an address at which it should describe itself, and there is no valid description.",
        "Only the makers of the app can repair this. If you do not know the app, close this page.";
    /// The document at the client's id cannot be fetched now.
    client_unreachable:
        "This app cannot be checked right now",
        "The app that sent you here describes itself at an address that does not answer.",
        "Try again in a few minutes. If that does not help, ask the makers of the app.";
    /// The redirect URI is not one of the client's.
    redirect_uri:
        "This app cannot be answered safely",
        "The app wants the answer at an address that it has not registered.",
        "If you did not just start this in an app of yours, close this page. Otherwise remove this server in the app and add it again.";
    /// The request is incomplete or malformed, and the client cannot be told.
    request:
        "This link does not work",
        "The request that brought you here is incomplete, or cannot be understood.",
        "Start again in the app, not from a bookmark or from a copied address.";
    /// The page or the sign-in is too old, or was used before.
    expired:
        "This sign-in is over",
        "It was finished already, perhaps in another tab, or it took too long.",
        "If the app is connected now, close this page. Otherwise start again in the app.";
    /// The sign-in was begun in another browser or by another site, or the browser keeps no cookies.
    other_browser:
        "This sign-in was begun elsewhere",
        "It cannot be continued here, because this browser did not begin it, or does not keep cookies.",
        "If you did not start it yourself, close this page. Otherwise allow cookies for this site, then start again in the app and stay in one browser.";
    /// Our fault, and worth another try.
    unavailable:
        "This does not work right now",
        "The server has a problem of its own. Nothing was changed.",
        "Try again in a few minutes.";
}

impl Texts {
    /// Texts that lack a word in braces, or have one that means nothing there.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let judged = self.entries().chain(self.errors.entries());
        judged.filter_map(|(name, text, default)| problem(name, text, default)).collect()
    }
}

fn problem(name: &str, text: &str, default: &str) -> Option<Problem> {
    if text.trim().is_empty() {
        return Some(Problem::new(
            format!("Texts::{name}"),
            "the text is empty",
            "leave it out, or write one",
        ));
    }
    let (has, needs) = (placeholders(text), placeholders(default));
    if let Some(missing) = needs.iter().find(|word| !has.contains(word)) {
        let message = format!("the text has no {{{missing}}}");
        return Some(Problem::new(format!("Texts::{name}"), message, format!("write it as in {default:?}")));
    }
    let unknown = has.iter().find(|word| !needs.contains(word))?;
    let message = format!("{{{unknown}}} means nothing in this text");
    Some(Problem::new(format!("Texts::{name}"), message, format!("use the words in braces of {default:?}")))
}

/// The words in braces.
fn placeholders(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_have_no_problem_and_end_as_sentences_do() {
        assert!(Texts::default().problems().is_empty());
        let errors = ErrorTexts::default();
        for (name, text, _) in errors.entries() {
            let is_title = name.rsplit('.').next() == Some("title");
            assert_eq!(text.ends_with('.'), !is_title, "{name}");
        }
    }

    #[test]
    fn s29_a_consent_page_that_no_longer_names_the_client_does_not_start() {
        let mut texts = Texts {
            consent_title: "Somebody wants to use {server}".into(),
            allow: "Allow {client}".into(),
            deny: " ".into(),
            ..Texts::default()
        };
        texts.errors.expired.title = "{provider}".into();
        let problems = texts.problems();
        let found: Vec<_> =
            problems.iter().map(|problem| (problem.setting.as_str(), problem.message.as_str())).collect();
        let expected = [
            ("Texts::consent_title", "the text has no {client}"),
            ("Texts::deny", "the text is empty"),
            ("Texts::allow", "{client} means nothing in this text"),
            ("Texts::errors.expired.title", "{provider} means nothing in this text"),
        ];
        assert_eq!(found, expected);
    }
}
