//! A parser for the HTML that the pages are made of: no more than is needed to judge it, and strict.

/// Elements that have no end tag.
const VOID: [&str; 4] = ["meta", "link", "img", "input"];

/// An element, in the order of the document.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) tag: String,
    pub(super) attributes: Vec<(String, String)>,
    /// All text within it.
    pub(super) text: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        Some(&self.attributes.iter().find(|(known, _)| known == name)?.1)
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    }
}

/// A page.
#[derive(Debug)]
pub(super) struct Html {
    pub(super) elements: Vec<Element>,
}

impl Html {
    /// Panics at whatever is not well-formed.
    pub(super) fn parse(html: &str) -> Self {
        let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a document type");
        let mut elements: Vec<Element> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        while !rest.is_empty() {
            let (text, next) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            assert!(
                !text.contains('>') || elements[*open.last().unwrap()].tag == "style",
                "a bare > in {text:?}"
            );
            for &element in &open {
                elements[element].text.push_str(&unescaped(text));
            }
            let Some(tag) = next.strip_prefix('<') else { break };
            let (tag, next) = split_tag(tag);
            rest = next;
            if let Some(name) = tag.strip_prefix('/') {
                let element = open.pop().expect("an open element");
                assert_eq!(elements[element].tag, name);
                continue;
            }
            let element = element(tag);
            if !VOID.contains(&element.tag.as_str()) {
                open.push(elements.len());
            }
            elements.push(element);
        }
        assert!(open.is_empty(), "elements stay open");
        Self { elements }
    }

    pub(super) fn all(&self, tag: &str) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |element| element.tag == tag)
    }

    /// The only element of this tag.
    pub(super) fn one(&self, tag: &str) -> &Element {
        let mut found = self.all(tag);
        let first = found.next().unwrap_or_else(|| panic!("no <{tag}>"));
        assert!(found.next().is_none(), "several <{tag}>");
        first
    }

    pub(super) fn inputs(&self, name: &str) -> Vec<&Element> {
        self.all("input").filter(|input| input.attribute("name") == Some(name)).collect()
    }

    /// The button that posts this.
    pub(super) fn button(&self, name: &str, value: &str) -> Option<&Element> {
        self.all("button")
            .find(|button| button.attribute("name") == Some(name) && button.attribute("value") == Some(value))
    }
}

/// What is between `<` and the `>` that is in no attribute, and the rest.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '>' if !quoted => return (&text[..at], &text[at + 1..]),
            '<' => panic!("a bare < in {text:?}"),
            _ => (),
        }
    }
    panic!("a tag that does not end: {text:?}");
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{tag:?}");
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{tag:?}");
        let (value, after) = match after.strip_prefix("=\"") {
            Some(value) => value.split_once('"').unwrap(),
            None => ("", after),
        };
        assert!(attributes.iter().all(|(known, _)| known != name), "{name} twice in {tag:?}");
        attributes.push((name.to_owned(), unescaped(value)));
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    Element { tag: name.to_owned(), attributes, text: String::new() }
}

fn unescaped(text: &str) -> String {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;"].iter().any(|entity| text[at..].starts_with(entity));
        assert!(known, "a bare & in {text:?}");
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
