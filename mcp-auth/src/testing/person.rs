//! A person at a browser: opens a URL, walks the pages, and says yes, no, or yes but.

use super::html::Form;

/// Somebody who walks the pages of a sign-in, with a will of their own.
///
/// ```
/// use mcp_auth::testing::Person;
///
/// let careful = Person::named("alice").unticking("notes:write");
/// let nobody = Person::named("mallory").denying();
/// # let _ = (careful, nobody);
/// ```
#[derive(Debug, Clone)]
pub struct Person {
    name: String,
    provider: Option<String>,
    unticked: Vec<String>,
    denies: bool,
}

impl Person {
    /// Somebody of this name, which they type where a name is asked for. They allow everything.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), provider: None, unticked: Vec::new(), denies: false }
    }

    /// They take this scope out when they are asked.
    #[must_use]
    pub fn unticking(mut self, scope: impl Into<String>) -> Self {
        self.unticked.push(scope.into());
        self
    }

    /// They say no.
    #[must_use]
    pub fn denying(mut self) -> Self {
        self.denies = true;
        self
    }

    /// They sign in with this provider (`github`) where there is a choice; otherwise with the first.
    #[must_use]
    pub fn choosing(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// What they send of a form: which of the page's forms, and its fields.
    pub(super) fn answer<'a>(&self, forms: &'a [Form]) -> Option<(&'a Form, Vec<(String, String)>)> {
        let form = forms.iter().find(|form| self.button(form).is_some()).or_else(|| forms.first())?;
        let mut answer = Vec::new();
        for field in form.fields.iter().filter(|field| !field.disabled) {
            let value = match field.kind.as_str() {
                "checkbox" | "radio" if !field.ticked || self.unticked.contains(&field.value) => continue,
                "text" => self.name.clone(),
                _ => field.value.clone(),
            };
            answer.push((field.name.clone(), value));
        }
        let button = self.button(form).or_else(|| form.buttons.first());
        answer.extend(
            button
                .filter(|button| !button.name.is_empty())
                .map(|button| (button.name.clone(), button.value.clone())),
        );
        Some((form, answer))
    }

    /// The button they press: of yes and no their own, of providers the one they want.
    fn button<'a>(&self, form: &'a Form) -> Option<&'a super::html::Button> {
        let wanted = if self.denies { "deny" } else { "allow" };
        let pressed = |name: &str, value: &str| {
            form.buttons.iter().find(|button| button.name == name && button.value == value)
        };
        let chosen = self.provider.as_deref().and_then(|provider| pressed("provider", provider));
        chosen.or_else(|| pressed("decision", wanted))
    }
}
