//! What the tools of a server need at providers.

use std::sync::Arc;

use super::{AnyProvider, UpstreamDefinition};
use crate::{
    authorize::{Catalog, Rule},
    tool::Registry,
};

/// What stands in `upstream(…)` of one server and of its tools.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    catalog: Arc<Catalog>,
    server: &'static [UpstreamDefinition],
    tools: Vec<(Rule, &'static [UpstreamDefinition])>,
}

impl Needs {
    pub(crate) fn of(registry: &Registry) -> Self {
        let table = registry.table();
        let needing = table.entries().iter().filter(|entry| !entry.upstreams().is_empty());
        Self {
            catalog: Arc::clone(&registry.catalog),
            server: registry.upstreams,
            tools: needing.map(|entry| (entry.rule().clone(), entry.upstreams())).collect(),
        }
    }

    /// Every entry: what has to be offered.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &UpstreamDefinition> {
        self.server.iter().chain(self.tools.iter().flat_map(|(_, upstreams)| *upstreams))
    }

    /// What is needed of `provider` by whoever may call what these of our scopes open: nothing for a tool that they do not
    /// open.
    pub(crate) fn at<'a>(
        &'a self,
        provider: &'a dyn AnyProvider,
        scopes: &[String],
    ) -> impl Iterator<Item = &'static str> + use<'a> {
        let held = self.catalog.resolve(scopes.iter().map(String::as_str));
        let open = self.tools.iter().filter(move |(rule, _)| rule.opens_to(held));
        let upstreams = self.server.iter().chain(open.flat_map(|(_, upstreams)| *upstreams));
        upstreams.flat_map(|upstream| upstream.scopes_at(provider)).copied()
    }
}

#[cfg(test)]
impl Needs {
    /// Each of these of our scopes opens a tool that needs those of the provider `idp`.
    pub(crate) fn for_tests(tools: &[(&'static str, &'static [&'static str])]) -> Self {
        let words = |(word, _): &(&'static str, _)| crate::ScopeInfo::new(word);
        let catalog = Catalog::new(tools.iter().map(words));
        let tool = |(word, scopes): &(&'static str, &'static [&'static str])| {
            let scope: &'static [crate::ScopeInfo] = vec![crate::ScopeInfo::new(word)].leak();
            let rule = Rule::new(&crate::authorize::Access::scopes(scope, &[]), &[], &catalog);
            let upstreams: &'static [UpstreamDefinition] =
                vec![UpstreamDefinition::of_id("idp", scopes)].leak();
            (rule, upstreams)
        };
        let tools = tools.iter().map(tool).collect();
        Self { catalog: Arc::new(catalog), server: &[], tools }
    }
}
