//! Prompts, and the completion of their arguments.

use rmcp::{
    ErrorData,
    handler::server::tool::InputResponses,
    model::{
        CompleteRequestParams, CompleteResult, CompletionInfo, ContentBlock, GetPromptRequestParams,
        GetPromptResponse, GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Reference,
        ResourceContents, Role,
    },
};
use serde_json::Value;

use crate::{
    input::{answer, ask, field, form},
    tools::content,
};

pub(crate) fn all() -> Vec<Prompt> {
    let plain = |name: &str, description: &str| Prompt::new(name, Some(description), None);
    let arguments = vec![
        PromptArgument::new("arg1").with_description("First test argument").with_required(true),
        PromptArgument::new("arg2").with_description("Second test argument").with_required(true),
    ];
    vec![
        plain("test_simple_prompt", "A prompt without arguments"),
        Prompt::new("test_prompt_with_arguments", Some("A prompt with two arguments"), Some(arguments)),
        Prompt::new(
            "test_prompt_with_embedded_resource",
            Some("A prompt with a resource inside"),
            Some(vec![
                PromptArgument::new("resourceUri").with_description("The resource's URI").with_required(true),
            ]),
        ),
        plain("test_prompt_with_image", "A prompt with an image inside"),
        plain("test_input_required_result_prompt", "A prompt that asks the user first (SEP-2322)"),
    ]
}

pub(crate) fn get(request: GetPromptRequestParams) -> Result<GetPromptResponse, ErrorData> {
    let arguments = request.arguments.unwrap_or_default();
    let messages = match request.name.as_str() {
        "test_simple_prompt" => vec![user("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            let (one, two) = (text(&arguments, "arg1")?, text(&arguments, "arg2")?);
            vec![user(format!("Prompt with arguments: arg1='{one}', arg2='{two}'"))]
        }
        "test_prompt_with_embedded_resource" => {
            let uri = text(&arguments, "resourceUri")?;
            let resource = ResourceContents::text("Embedded resource content for testing.", uri);
            vec![
                PromptMessage::new(Role::User, ContentBlock::resource(resource)),
                user("Please process the embedded resource above."),
            ]
        }
        "test_prompt_with_image" => {
            vec![PromptMessage::new(Role::User, content::image()), user("Please analyze the image above.")]
        }
        "test_input_required_result_prompt" => return from_user(request.input_responses),
        name => return Err(ErrorData::invalid_params(format!("unknown prompt `{name}`"), None)),
    };
    Ok(GetPromptResult::new(messages).into())
}

/// Whatever the argument: words that begin as the user began.
pub(crate) fn complete(request: &CompleteRequestParams) -> Result<CompleteResult, ErrorData> {
    let words = match &request.r#ref {
        Reference::Prompt(_) => ["paris", "park", "party"].as_slice(),
        Reference::Resource(_) => &["1", "2", "3"],
        _ => &[],
    };
    let begun = words.iter().filter(|word| word.starts_with(&request.argument.value));
    let values = begun.map(|word| (*word).to_owned()).collect();
    let info = CompletionInfo::new(values).map_err(|error| ErrorData::internal_error(error, None))?;
    Ok(CompleteResult::new(info))
}

fn from_user(answers: Option<rmcp::model::InputResponses>) -> Result<GetPromptResponse, ErrorData> {
    let answers = InputResponses(answers);
    let Some(answer) = answer(&answers, "user_context") else {
        let question = form("What context should the prompt use?", "context", "string");
        let question = question.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        return Ok(ask("user_context", question).into());
    };
    let context = field(answer, "context").and_then(Value::as_str).unwrap_or("(none)");
    Ok(GetPromptResult::new(vec![user(format!("Prompt with the user's context: {context}"))]).into())
}

fn user(text: impl Into<String>) -> PromptMessage {
    PromptMessage::new_text(Role::User, text)
}

fn text<'a>(arguments: &'a JsonObject, name: &str) -> Result<&'a str, ErrorData> {
    let text = arguments.get(name).and_then(Value::as_str);
    text.ok_or_else(|| ErrorData::invalid_params(format!("argument `{name}` is missing"), None))
}
