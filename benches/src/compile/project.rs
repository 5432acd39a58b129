//! The crates that are compiled: generated, so that both say the same.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Step, stopwatch::cpu_seconds};
use crate::Result;

/// Whose macros a crate uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Macros {
    Ours,
    Rmcp,
}

impl Macros {
    pub(super) const ALL: [Self; 2] = [Self::Ours, Self::Rmcp];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "mcp-auth",
            Self::Rmcp => "rmcp",
        }
    }

    fn package(self, tools: usize) -> String {
        match self {
            Self::Ours => format!("ours-{tools}"),
            Self::Rmcp => format!("rmcp-{tools}"),
        }
    }

    fn dependencies(self) -> &'static str {
        match self {
            Self::Ours => "mcp-auth.workspace = true\n",
            Self::Rmcp => "axum.workspace = true\nrmcp.workspace = true\n",
        }
    }

    /// A whole server of `tools` tools; `edited` changes the body of one of them.
    fn source(self, tools: usize, edited: usize) -> String {
        let mut source = String::new();
        for tool in 0..tools {
            if self == Self::Rmcp {
                let _ = writeln!(
                    source,
                    "#[derive(Deserialize, JsonSchema)]\nstruct Arguments{tool} {{\n    /// Which one.\n    title: String,\n    /// How many.\n    count: Option<u32>,\n}}"
                );
            }
        }
        let mut methods = String::new();
        for tool in 0..tools {
            let more = if tool == 0 { edited } else { tool };
            let body = format!("format!(\"{{title}} has {{}}\", count.unwrap_or(1) + {more})");
            let method = match self {
                Self::Ours => format!(
                    "    /// Says how many.\n    #[tool(scopes = \"notes:read\")]\n    async fn tool{tool}(\n        &self,\n        /// Which one.\n        title: String,\n        /// How many.\n        count: Option<u32>,\n    ) -> String {{\n        {body}\n    }}\n"
                ),
                Self::Rmcp => format!(
                    "    /// Says how many.\n    #[tool]\n    async fn tool{tool}(&self, Parameters(Arguments{tool} {{ title, count }}): Parameters<Arguments{tool}>) -> String {{\n        {body}\n    }}\n"
                ),
            };
            methods.push_str(&method);
        }
        match self {
            Self::Ours => format!("{OURS}impl Notes {{\n{methods}}}\n"),
            Self::Rmcp => format!("{source}{RMCP}impl Notes {{\n{methods}}}\n"),
        }
    }
}

const OURS: &str = r#"use mcp_auth::prelude::*;

struct Notes;

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    Auth::from_env().await?.serve(Notes).await
}

#[server(resource = "http://127.0.0.1:3000/mcp", scopes("notes:read"))]
"#;

const RMCP: &str = r#"use rmcp::{
    ServerHandler, handler::server::{router::tool::ToolRouter, wrapper::Parameters}, schemars::JsonSchema, tool, tool_handler, tool_router,
    transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Clone)]
struct Notes {
    router: Arc<ToolRouter<Self>>,
}

#[tool_handler(router = self.router)]
impl ServerHandler for Notes {}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let notes = Notes { router: Arc::new(Notes::tool_router()) };
    let config = StreamableHttpServerConfig::default();
    let service = StreamableHttpService::new(move || Ok(notes.clone()), Arc::new(LocalSessionManager::default()), config);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, axum::Router::new().route_service("/mcp", service)).await?;
    Ok(())
}

#[tool_router]
"#;

/// A workspace with one package per size and macro, and a target folder of its own.
pub(super) struct Project {
    root: PathBuf,
}

impl Project {
    pub(super) fn create(sizes: &[usize]) -> Result<Self> {
        let repository =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("benches/ stands in a repository")?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
        let project = Self { root: target.join("compile-times") };
        let mut members = String::new();
        for &size in sizes {
            for macros in Macros::ALL {
                let name = macros.package(size);
                let _ = write!(members, "{name:?}, ");
                project.write(&format!("{name}/Cargo.toml"), &manifest(&name, macros))?;
                project.write(&format!("{name}/src/main.rs"), &macros.source(size, 0))?;
            }
        }
        project.write("Cargo.toml", &workspace(&members, &repository.join("mcp-auth")))?;
        fs::copy(repository.join("Cargo.lock"), project.root.join("Cargo.lock"))?;
        Ok(project)
    }

    /// What each package needs, once and not counted. One by one: which features are on depends on what is built.
    pub(super) fn build_dependencies(&self, sizes: &[usize]) -> Result<()> {
        for (&size, macros) in sizes.iter().flat_map(|size| Macros::ALL.map(|macros| (size, macros))) {
            let package = macros.package(size);
            eprintln!("building {package} and its dependencies");
            cpu_seconds(&mut self.cargo("check", &package))?;
            cpu_seconds(&mut self.cargo("build", &package))?;
        }
        Ok(())
    }

    /// Every step once; `round` makes each edit another one.
    pub(super) fn measure(&self, macros: Macros, tools: usize, round: usize) -> Result<Vec<(Step, f64)>> {
        let package = macros.package(tools);
        let source = format!("{package}/src/main.rs");
        let mut edits = (0..2).map(|edit| macros.source(tools, 1000 * round + edit));
        let mut edit = || self.write(&source, &edits.next().unwrap_or_default());
        let mut steps = Vec::new();
        cpu_seconds(&mut self.cargo("clean", &package))?;
        steps.push((Step::CheckCold, cpu_seconds(&mut self.cargo("check", &package))?));
        steps.push((Step::BuildCold, cpu_seconds(&mut self.cargo("build", &package))?));
        edit()?;
        steps.push((Step::CheckEdit, cpu_seconds(&mut self.cargo("check", &package))?));
        edit()?;
        steps.push((Step::BuildEdit, cpu_seconds(&mut self.cargo("build", &package))?));
        let same = fs::read(self.root.join(&source))?;
        fs::write(self.root.join(&source), same)?;
        steps.push((Step::BuildTouch, cpu_seconds(&mut self.cargo("build", &package))?));
        Ok(steps)
    }

    fn cargo(&self, command: &str, package: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.arg(command).arg("--offline").current_dir(&self.root);
        cargo.env("CARGO_TARGET_DIR", self.root.join("target")).env_remove("RUSTFLAGS");
        // The profile decides, whatever CI says.
        cargo.env_remove("CARGO_INCREMENTAL");
        cargo.args(["--package", package]);
        cargo
    }

    fn write(&self, path: &str, text: &str) -> Result<()> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(path, text)?)
    }
}

fn manifest(name: &str, macros: Macros) -> String {
    let dependencies = macros.dependencies();
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\
         schemars.workspace = true\nserde.workspace = true\ntokio.workspace = true\n"
    )
}

fn workspace(members: &str, mcp_auth: &Path) -> String {
    format!(
        r#"[workspace]
resolver = "3"
members = [{members}]

[workspace.dependencies]
axum = {{ version = "0.8", default-features = false, features = ["http1", "tokio"] }}
mcp-auth = {{ path = "{}" }}
rmcp = {{ version = "3.11", default-features = false, features = ["macros", "server", "transport-streamable-http-server"] }}
schemars = "1"
serde = {{ version = "1", features = ["derive"] }}
tokio = {{ version = "1", features = ["macros", "net", "rt-multi-thread"] }}

[profile.dev]
incremental = true

# A path here, and for users a package of the registry, which cargo never compiles incrementally: that would make nearly
# twice as much of it to link.
[profile.dev.package.mcp-auth]
incremental = false
"#,
        mcp_auth.display()
    )
}
