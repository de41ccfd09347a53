// Package htmltest checks HTML in tests: Page reads a whole page and holds it to what every page
// owes its readers, and the checks say what a certain page shows, as statements:
//
//	htmltest.Verify(t, page, htmltest.In("form[action='/enrol']",
//		htmltest.In("#serialNumber", htmltest.HasValue("GALT12345678")),
//		htmltest.In("#verificationCode", htmltest.HasValue(""))))
//
// It is imported by tests only. It knows no page of the portal.
package htmltest
