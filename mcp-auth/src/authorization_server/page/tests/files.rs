//! The pages as files, for `tests/lab/browser`, which looks at them in Chromium.

use std::{fmt::Write as _, fs, path::Path};

use super::{body, views};
use crate::{Branding, Texts};

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="9" fill="#0a7d5a"/><path d="M11 29V11h4l10 11V11h4v18h-4L15 18v11z" fill="#fff"/></svg>"##;

/// Each page with its status and headers as a client receives them: `NAME.http`.
fn write(folder: &Path, branding: &Branding) {
    fs::create_dir_all(folder).unwrap();
    for (name, page) in views::all(branding) {
        let mut file = format!("{}\n", page.status().as_u16());
        for (header, value) in page.headers() {
            writeln!(file, "{header}: {}", value.to_str().unwrap()).unwrap();
        }
        file.push('\n');
        file.push_str(&body(page));
        fs::write(folder.join(format!("{name}.http")), file).unwrap();
    }
}

#[test]
#[ignore = "writes files for the browser suite: PAGES=FOLDER"]
fn the_pages_are_written_for_the_browser() {
    let folder = std::env::var_os("PAGES").expect("PAGES names the folder");
    let folder = Path::new(&folder);
    write(&folder.join("plain"), &Branding::new());
    write(&folder.join("brand"), &Branding::new().name("Example Notes").logo_svg(LOGO).color("#0a7d5a"));
    write(&folder.join("pale"), &Branding::new().name("Pale").color("#ffe600"));
    let hebrew = Texts {
        language: "he".into(),
        right_to_left: true,
        consent_title: "{client} רוצה להשתמש ב־{server}".into(),
        allow: "אישור".into(),
        deny: "דחייה".into(),
        ..Texts::default()
    };
    write(&folder.join("hebrew"), &Branding::new().name("דוגמה").texts(hebrew));
}
