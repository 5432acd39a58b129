//! Who sees which tool.

use rmcp::model::Tool;

use crate::{
    AuthInfo,
    authorize::{Caller, Decision},
    tool::table::Entry,
};

/// What a caller sees of one tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// `tools/list` shows the tool.
    Listed,
    /// `tools/list` shows the tool, and says in its `_meta` (`mcp-auth/needs`) what is missing to call it.
    Marked,
    /// There is no such tool: it is not listed, and a call gets the answer of an unknown name, whatever its rule says.
    Hidden,
}

/// What `tools/list` shows to whom: the value of `#[server(list = …)]`.
///
#[doc = include_str!("../../../docs/lists.md")]
#[derive(Clone, Copy, Debug, Default)]
pub struct ListPolicy(Kind);

#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    Acquirable,
    Callable,
    By(fn(&ListedTool<'_>, Option<&AuthInfo>) -> Visibility),
}

impl ListPolicy {
    /// Everything that the caller may call or could acquire; what needs a token or more scopes is marked. The default:
    /// clients find out what to ask for.
    pub const ACQUIRABLE: Self = Self(Kind::Acquirable);

    /// Only what the caller may call now; everything else is hidden, so that no call of it leads to a challenge.
    pub const CALLABLE: Self = Self(Kind::Callable);

    /// By a function, asked for each tool and request; `None` is a caller without a token. It must be quick. If it
    /// panics, the tool is hidden.
    ///
    /// ```
    /// use mcp_auth::{AuthInfo, ListPolicy, ListedTool, Visibility, server};
    ///
    /// /// Tools of the staff do not exist for anybody else.
    /// fn staff_only(tool: &ListedTool<'_>, caller: Option<&AuthInfo>) -> Visibility {
    ///     let staff = caller.is_some_and(|caller| caller.subject().starts_with("staff-"));
    ///     match tool.is_callable() {
    ///         _ if tool.name().starts_with("internal_") && !staff => Visibility::Hidden,
    ///         true => Visibility::Listed,
    ///         false => Visibility::Marked,
    ///     }
    /// }
    ///
    /// struct Desk;
    ///
    /// #[server(list = ListPolicy::by(staff_only))]
    /// impl Desk {
    ///     /// Who is on duty?
    ///     #[tool(authenticated)]
    ///     fn internal_duty(&self) -> &'static str {
    ///         "nobody"
    ///     }
    /// }
    /// ```
    pub const fn by(visibility: fn(&ListedTool<'_>, Option<&AuthInfo>) -> Visibility) -> Self {
        Self(Kind::By(visibility))
    }

    /// Whether it may hide anything at all.
    pub(crate) fn hides(self) -> bool {
        !matches!(self.0, Kind::Acquirable)
    }

    /// Whether callers who hold the same scopes see the same.
    pub(crate) fn is_by_scopes(self) -> bool {
        !matches!(self.0, Kind::By(_))
    }

    pub(crate) fn visibility(self, entry: &Entry, caller: &Caller) -> Visibility {
        let callable = entry.rule().decide(caller) == Decision::Allowed;
        match self.0 {
            _ if callable && !matches!(self.0, Kind::By(_)) => Visibility::Listed,
            Kind::Acquirable => Visibility::Marked,
            Kind::Callable => Visibility::Hidden,
            Kind::By(visibility) => by(visibility, &ListedTool { entry, callable }, caller.auth()),
        }
    }
}

fn by(
    visibility: fn(&ListedTool<'_>, Option<&AuthInfo>) -> Visibility,
    tool: &ListedTool<'_>,
    caller: Option<&AuthInfo>,
) -> Visibility {
    let asked = std::panic::AssertUnwindSafe(|| visibility(tool, caller));
    std::panic::catch_unwind(asked).unwrap_or_else(|panic| {
        let error = super::super::failure::panicked(&*panic);
        tracing::error!(tool = tool.name(), error, "the list policy panicked: the tool is hidden");
        Visibility::Hidden
    })
}

/// A tool that may be listed, for [`ListPolicy::by`].
pub struct ListedTool<'a> {
    entry: &'a Entry,
    callable: bool,
}

impl ListedTool<'_> {
    /// The name that clients call.
    pub fn name(&self) -> &str {
        &self.entry.tool().name
    }

    /// The tool as a list would show it.
    pub fn tool(&self) -> &Tool {
        self.entry.tool()
    }

    /// The scopes that a challenge asks for when the tool is called without them.
    pub fn scopes(&self) -> &[&'static str] {
        self.entry.rule().wanted()
    }

    /// Whether anybody may call it, also without a token.
    pub fn is_public(&self) -> bool {
        self.entry.rule().is_public()
    }

    /// Whether this caller may call it now.
    pub fn is_callable(&self) -> bool {
        self.callable
    }
}

impl std::fmt::Debug for ListedTool<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListedTool").field("name", &self.name()).field("callable", &self.callable).finish()
    }
}
