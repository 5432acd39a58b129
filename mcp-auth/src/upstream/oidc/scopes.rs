//! The scopes of OpenID Connect in words (Core sections 5.4 and 11).

/// What is asked of the person there.
pub(super) fn words(scopes: &[String]) -> Vec<String> {
    let asks = |name: &str| scopes.iter().any(|scope| scope == name);
    let mut words = vec![match (asks("profile"), asks("email")) {
        (true, true) => "See who you are: your profile and your e-mail address".to_owned(),
        (true, false) => "See who you are: your profile".to_owned(),
        (false, true) => "See who you are: your e-mail address".to_owned(),
        (false, false) => "See who you are".to_owned(),
    }];
    let others = scopes.iter().filter(|scope| !matches!(scope.as_str(), "openid" | "profile" | "email"));
    words.extend(others.map(|scope| match scope.as_str() {
        "address" => "See your postal address".to_owned(),
        "phone" => "See your phone number".to_owned(),
        "offline_access" => "Stay signed in while you are away".to_owned(),
        scope => format!("Use the scope `{scope}`"),
    }));
    words
}
