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
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// sheets are the style sheets that are served, each with its parts in the order of the cascade.
// What only admins or stations see is nobody else's to download, and the dark is apart because a page
// says when it holds.
var sheets = map[string][]string{
	"app.css": {
		"color", "base", "layout", "header", "button", "field", "dialog", "camera", "summary", "notice",
		"fob", "history", "badge", "drawing", "steps", "receipt", "print",
	},
	"admin.css": {"admin", "choice", "desk", "chart", "trail", "stations"},
	"dark.css":  {"dark"},
	"kiosk.css": {"choice", "kiosk"},
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

// load reads css/ into the sheets, and js/, img/ and dist/ as they are.
func load(fsys fs.FS) (library, error) {
	l := library{assets: map[string]asset{}, paths: map[string]string{}}
	for sheet, parts := range sheets {
		var css bytes.Buffer
		for _, name := range parts {
			data, err := fs.ReadFile(fsys, "css/"+name+".css")
			if err != nil {
				return library{}, fmt.Errorf("read style sheet: %w", err)
			}
			css.Write(data)
		}
		if err := l.add(sheet, css.Bytes()); err != nil {
			return library{}, err
		}
	}
	for _, pattern := range []string{"js/*.js", "img/*", "dist/*.js"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return library{}, fmt.Errorf("list assets: %w", err)
		}
		for _, name := range names {
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
