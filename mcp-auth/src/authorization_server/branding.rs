//! What the pages look like.

/// Name, logo and colour of the pages that people see. Everything is escaped; nothing is loaded from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Branding {
    pub(crate) name: Option<String>,
    pub(crate) logo_svg: Option<String>,
    pub(crate) color: Option<String>,
}
