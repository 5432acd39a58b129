//! The table of faults names tests that exist.

use std::{fs, path::Path};

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_test_of_the_table_of_faults_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("../tests/faults.md")).unwrap();
    let mut code = String::new();
    sources(&root.join("src"), &mut code);
    sources(&root.join("../tests/tests"), &mut code);
    let named = table.split('`').skip(1).step_by(2).filter(|name| name.starts_with(['c', 's', 't', 'f']));
    let named: Vec<_> = named.filter(|name| name.contains('_') && !name.contains(['/', '.'])).collect();
    assert!(named.len() > 40, "{}", named.len());
    for name in named {
        assert!(code.contains(&format!("fn {name}")), "there is no test {name}");
    }
}
