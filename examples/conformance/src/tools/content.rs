//! Content of every kind.

use rmcp::model::{ContentBlock, ResourceContents};

/// A red dot, 1 by 1 pixel.
pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// Silence of no length.
const WAV: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

pub(crate) fn image() -> ContentBlock {
    ContentBlock::image(PNG, "image/png")
}

pub(crate) fn audio() -> ContentBlock {
    ContentBlock::audio(WAV, "audio/wav")
}

pub(crate) fn resource() -> ContentBlock {
    let text = "This is an embedded resource content.";
    ContentBlock::resource(ResourceContents::text(text, "test://embedded-resource"))
}

pub(crate) fn several() -> Vec<ContentBlock> {
    let json = ResourceContents::text(r#"{"test":"data","value":123}"#, "test://mixed-content-resource");
    vec![
        ContentBlock::text("Multiple content types test:"),
        image(),
        ContentBlock::resource(json.with_mime_type("application/json")),
    ]
}
