//! `Branding`: what the pages look like, and what they say.

mod color;
mod logo;
mod texts;

pub(crate) use color::Color;
pub(crate) use logo::Logo;
pub use texts::{ErrorText, ErrorTexts, Texts};

use crate::Problem;

/// The colour of buttons and of the line on top, where none is set.
const COLOR: Color = Color { red: 0x1f, green: 0x5f, blue: 0xbf };

/// Name, logo, colour and words of the pages that people see: sign-in, consent, errors.
///
/// The pages are plain HTML with one style sheet. They run no script and load nothing from anywhere, so a logo is given as
/// its bytes. What is wrong with a branding is told when the server starts.
///
/// ```
/// use mcp_auth::Branding;
///
/// let branding = Branding::new()
///     .name("Example Notes")
///     .logo_svg(r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>"##)
///     .color("#0a7d5a");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Branding {
    name: Option<String>,
    logo: Option<Result<Logo, Problem>>,
    color: Option<Result<Color, Problem>>,
    texts: Texts,
}

impl Branding {
    /// No name and no logo, a blue, and English.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Your name, as people know it: it stands above every page.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The logo, as the text of an SVG file of at most 32 KiB. It is shown as an image: scripts in it do not run, and what
    /// it refers to is not loaded. Give it a `viewBox`; it is shown 40 pixels high.
    #[must_use]
    pub fn logo_svg(mut self, svg: impl AsRef<str>) -> Self {
        self.logo = Some(Logo::svg(svg.as_ref()));
        self
    }

    /// The logo, as the bytes of a PNG file of at most 32 KiB. It is shown 40 pixels high: 80 are enough.
    #[must_use]
    pub fn logo_png(mut self, png: impl AsRef<[u8]>) -> Self {
        self.logo = Some(Logo::png(png.as_ref()));
        self
    }

    /// The colour of the button that goes on, as `#rrggbb` or `#rgb`. The text on it is black or white, whichever can be
    /// read better.
    #[must_use]
    pub fn color(mut self, color: impl AsRef<str>) -> Self {
        self.color = Some(Color::parse(color.as_ref()));
        self
    }

    /// Other words, such as those of another language.
    #[must_use]
    pub fn texts(mut self, texts: Texts) -> Self {
        self.texts = texts;
        self
    }

    /// What cannot be shown: each is a reason not to start.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let logo = self.logo.iter().filter_map(|logo| logo.as_ref().err());
        let color = self.color.iter().filter_map(|color| color.as_ref().err());
        logo.chain(color).cloned().chain(self.texts.problems()).collect()
    }

    pub(crate) fn shown_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn shown_logo(&self) -> Option<&Logo> {
        self.logo.as_ref()?.as_ref().ok()
    }

    pub(crate) fn shown_color(&self) -> Color {
        self.color.as_ref().and_then(|color| color.as_ref().ok()).copied().unwrap_or(COLOR)
    }

    pub(crate) fn words(&self) -> &Texts {
        &self.texts
    }
}
