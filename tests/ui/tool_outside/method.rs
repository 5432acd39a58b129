struct Notes;

impl Notes {
    /// Is it there?
    #[mcp_auth::tool(public)]
    fn ping(
        &self,
        /// Whom.
        #[arg(rename = "name")]
        who: String,
    ) -> String {
        who
    }
}

fn main() {
    Notes.ping(String::new());
}
