use mcp_auth::Scope;

#[derive(Scope)]
#[scope("s0")]
struct S0;

#[derive(Scope)]
#[scope("s1", includes(S0))]
struct S1;

#[derive(Scope)]
#[scope("s2", includes(S1))]
struct S2;

#[derive(Scope)]
#[scope("s3", includes(S2))]
struct S3;

#[derive(Scope)]
#[scope("s4", includes(S3))]
struct S4;

#[derive(Scope)]
#[scope("s5", includes(S4))]
struct S5;

#[derive(Scope)]
#[scope("s6", includes(S5))]
struct S6;

#[derive(Scope)]
#[scope("s7", includes(S6))]
struct S7;

#[derive(Scope)]
#[scope("s8", includes(S7))]
struct S8;

#[derive(Scope)]
#[scope("s9", includes(S8))]
struct S9;

#[derive(Scope)]
#[scope("s10", includes(S9))]
struct S10;

#[derive(Scope)]
#[scope("s11", includes(S10))]
struct S11;

#[derive(Scope)]
#[scope("s12", includes(S11))]
struct S12;

#[derive(Scope)]
#[scope("s13", includes(S12))]
struct S13;

#[derive(Scope)]
#[scope("s14", includes(S13))]
struct S14;

#[derive(Scope)]
#[scope("s15", includes(S14))]
struct S15;

#[derive(Scope)]
#[scope("s16", includes(S15))]
struct S16;

#[derive(Scope)]
#[scope("s17", includes(S16))]
struct S17;

fn main() {}
