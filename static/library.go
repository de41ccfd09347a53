package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// bundles are the style sheets and scripts that are served, each with its parts: those of a sheet in
// the order of the cascade, those of a script with the one that waits (barcode) last. What only admins or
// stations see is nobody else's to download, and the dark is apart because a page says when it holds.
var bundles = map[string][]string{
	"app.css": {
		"color", "base", "layout", "header", "button", "field", "dialog", "camera", "summary", "notice",
		"fob", "history", "badge", "drawing", "life", "steps", "receipt", "narrow", "print",
	},
	"admin.css": {"admin", "choice", "desk", "chart", "trail", "stations"},
	"dark.css":  {"dark"},
	"kiosk.css": {"choice", "kiosk"},

	"app.js":   {"focus", "busy", "session", "scanner", "copy", "barcode"},
	"admin.js": {"search"},
	"kiosk.js": {
		"busy", "scanner", "keypad",
		"kiosk-welcome", "kiosk-language", "kiosk-idle", "kiosk-limit", "kiosk-waiting", "kiosk-done", "kiosk-leave", "kiosk-wipe",
	},
}

// types are the media types served, by the name's end.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

// asset is one file as it is served.
type asset struct {
	mediaType string
	etag      string
	body      []byte
	packed    []packed // the best first
}

// packed is an asset in a content coding. It is made when it is first asked for: at their best the
// codings take some 300 ms for all assets, which a start does not have to wait for.
type packed struct {
	coding string // its name in Accept-Encoding
	body   func() []byte
}

// library is every asset by path, and the path by name.
type library struct {
	assets map[string]asset
	paths  map[string]string
}

// comments are for whoever reads the source: a line of a script's or a whole one of a sheet's is not
// served. They were an eighth of what an employee's page would load of ours.
var comments = regexp.MustCompile(`(?m)^\s*//.*\n|(?s)/\*.*?\*/\s*`)

// load reads css/ and js/ into the bundles, and what is in none, img/ and dist/ as they are.
func load(fsys fs.FS) (library, error) {
	l, bundled := library{assets: map[string]asset{}, paths: map[string]string{}}, map[string]bool{}
	for bundle, parts := range bundles {
		var all bytes.Buffer
		for _, part := range parts {
			end := path.Ext(bundle)
			name := end[1:] + "/" + part + end
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return library{}, fmt.Errorf("read a part of %s: %w", bundle, err)
			}
			data = comments.ReplaceAll(data, nil)
			if end == ".js" { // in a block of its own, so that a name in one part is none in the next
				data = slices.Concat([]byte("{\n"), data, []byte("}\n"))
			}
			all.Write(data)
			bundled[name] = true
		}
		if err := l.add(bundle, all.Bytes()); err != nil {
			return library{}, err
		}
	}
	for _, pattern := range []string{"js/*.js", "img/*", "dist/*.js"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return library{}, fmt.Errorf("list assets: %w", err)
		}
		for _, name := range slices.DeleteFunc(names, func(name string) bool { return bundled[name] }) {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return library{}, fmt.Errorf("read asset: %w", err)
			}
			if err := l.add(path.Base(name), data); err != nil {
				return library{}, err
			}
		}
	}
	return l, nil
}

// add gives data its path. Two assets of one name are a mistake, for one would hide the other.
func (l library) add(name string, data []byte) error {
	if l.paths[name] != "" {
		return fmt.Errorf("asset %s exists twice", name)
	}
	end := path.Ext(name)
	if types[end] == "" {
		return fmt.Errorf("asset %s has no known media type", name)
	}
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:4])
	l.paths[name] = Prefix + strings.TrimSuffix(name, end) + "." + hash + end
	l.assets[l.paths[name]] = asset{
		mediaType: types[end], etag: `"` + hash + `"`, body: data,
		packed: []packed{
			{"br", sync.OnceValue(func() []byte { return pack(data, brotliBest) })},
			{"gzip", sync.OnceValue(func() []byte { return pack(data, gzipBest) })},
		},
	}
	return nil
}

func brotliBest(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestCompression) }

func gzipBest(w io.Writer) io.WriteCloser {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression) // fails only for a level that there is not
	return z
}

// pack compresses data; nothing can fail, for it writes to memory.
func pack(data []byte, to func(io.Writer) io.WriteCloser) []byte {
	var buf bytes.Buffer
	w := to(&buf)
	_, _ = w.Write(data)
	_ = w.Close()
	return buf.Bytes()
}
