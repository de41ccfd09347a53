// Package entra is the relying party: it sends the browser to Microsoft Entra ID, redeems the
// authorization code, verifies the ID token, refreshes access tokens, proves the portal to the
// token endpoint and knows where to sign out. OpenID Connect Core 1.0, RFC 6749 and RFC 7636
// are its rules, Entra's pages on the claims request and on AADSTS codes its dialect.
//
// It keeps no session: state, nonce and code verifier are made, bound to the browser and used up
// by its caller. It knows no words: a refusal is an *outcome.Error whose Reason is one of
// Reasons and whose Reference is an AADSTS number.
//
// Its one invariant: an Identity exists only if every check of OpenID Connect Core, section
// 3.1.3.7, was passed. Of what stands in an answer only names reach an error or the log (an
// issuer, an audience, an algorithm, cut short), for any other text may hold a secret.
package entra
