//! The forms of a page, as a browser without scripts sees them. It reads what servers of this crate write.

/// One form.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) posts: bool,
    pub(super) fields: Vec<Field>,
    pub(super) buttons: Vec<Button>,
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) kind: String,
    pub(super) ticked: bool,
    pub(super) disabled: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Button {
    pub(super) name: String,
    pub(super) value: String,
}

/// All forms of a page, in their order.
pub(super) fn forms(page: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut inside = false;
    for (at, _) in page.match_indices('<') {
        let rest = &page[at + 1..];
        let Some(end) = tag_end(rest) else { continue };
        let tag = &rest[..end];
        let name: String =
            tag.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '/').collect();
        match name.as_str() {
            "form" => {
                let posts =
                    attribute(tag, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                let action = attribute(tag, "action").unwrap_or_default();
                forms.push(Form { action, posts, ..Form::default() });
                inside = true;
            }
            "/form" => inside = false,
            "input" if inside => forms.last_mut().into_iter().for_each(|form| form.input(tag)),
            "button" if inside => forms.last_mut().into_iter().for_each(|form| form.button(tag)),
            _ => {}
        }
    }
    forms
}

impl Form {
    fn input(&mut self, tag: &str) {
        let kind = attribute(tag, "type").unwrap_or_else(|| "text".to_owned());
        let name = attribute(tag, "name").unwrap_or_default();
        let value = attribute(tag, "value");
        let (ticked, disabled) = (has(tag, "checked"), has(tag, "disabled"));
        if !name.is_empty() {
            let value =
                value.unwrap_or_else(|| if kind == "checkbox" { "on".to_owned() } else { String::new() });
            self.fields.push(Field { name, value, kind, ticked, disabled });
        }
    }

    fn button(&mut self, tag: &str) {
        self.buttons.push(Button {
            name: attribute(tag, "name").unwrap_or_default(),
            value: attribute(tag, "value").unwrap_or_default(),
        });
    }
}

/// Where the tag ends: the `>` that stands in no quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, char) in tag.char_indices() {
        match (quote, char) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

/// `name="value"`, unescaped.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let at = tag.find(&start)? + start.len();
    tag[at..].split('"').next().map(unescape)
}

/// An attribute without a value.
fn has(tag: &str, name: &str) -> bool {
    tag.split_ascii_whitespace().any(|word| word.trim_end_matches('/') == name)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_buttons_are_found_whatever_stands_in_quotes() {
        let page = r#"<h1>a > b</h1><form method="post" action="/consent?a=1&amp;b=2">
            <input type="hidden" name="sealed" value="&quot;>&lt;form>">
            <input type="checkbox" name="scope" value="read" checked disabled>
            <button name="decision" value="allow">Allow <b>and</b> go</button></form>
            <form action="/find"><input name="q"></form>"#;
        let forms = forms(page);
        assert_eq!(forms.len(), 2);
        let form = &forms[0];
        assert!(form.posts && !forms[1].posts);
        assert_eq!(form.action, "/consent?a=1&b=2");
        assert_eq!(form.fields[0].value, "\"><form>");
        assert!(form.fields[1].ticked && form.fields[1].disabled);
        assert_eq!(form.buttons[0].value, "allow");
        assert_eq!(forms[1].fields[0].kind, "text");
    }
}
