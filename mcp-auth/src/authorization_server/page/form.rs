//! Forms.

use maud::{Markup, html};

use super::view::Hidden;

/// A form that is posted to a path of ours.
pub(super) fn form(action: &str, hidden: &[Hidden], content: &Markup) -> Markup {
    html! {
        // Browsers would fill in again what a person ticked on an earlier page.
        form method="post" action=(action) autocomplete="off" {
            @for field in hidden {
                input type="hidden" name=(field.name) value=(field.value);
            }
            (content)
        }
    }
}
