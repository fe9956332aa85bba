package form

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strings"
)

// maxSecret is how long a secret may be, in bytes.
const maxSecret = 64 << 10

var fromEnv = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// keptForm is how a secret is written in the file.
const keptForm = "${NAME} for a variable of the environment, or file:PATH"

// Secret reads a secret from where the file says that it is. No fault quotes it,
// nor anything that could be one.
func Secret(into *Word) Reading {
	return Reading{Want: keptForm, Take: func(r *Reader, n *Node) {
		into.Spot = n.Spot
		switch {
		case n.is == aText && elsewhere(n.Text):
			into.Text, into.OK = r.secret(n)
		case n.is == aText && n.Text != "":
			r.Fault(n.Spot, "a secret that is written out", keptForm)
		case n.is == aNumber, n.is == aTruth:
			r.Fault(n.Spot, string(n.is), keptForm)
		default:
			r.Wrong(n, keptForm)
		}
	}}
}

// WebAddress reads an address to send to; it may be kept as a secret is, and no
// fault quotes it.
func WebAddress(into *Word) Reading {
	const want = "an http or https address, or " + keptForm
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		into.Spot = n.Spot
		if n.is != aText {
			r.Fault(n.Spot, string(n.is), want)
			return
		}
		s := n.Text
		if elsewhere(s) {
			var ok bool
			if s, ok = r.secret(n); !ok {
				return
			}
		}
		if u, err := url.Parse(s); err != nil || !isWeb(u) {
			r.Fault(n.Spot, "something that is no web address", want)
			return
		}
		into.Text, into.OK = s, true
	}}
}

func elsewhere(s string) bool { return fromEnv.MatchString(s) || strings.HasPrefix(s, "file:") }

func (r *Reader) secret(n *Node) (string, bool) {
	if name := fromEnv.FindStringSubmatch(n.Text); name != nil {
		s, there := r.Env(name[1])
		switch {
		case !there:
			r.Fault(n.Spot, n.Text+", which is not set", "the variable "+name[1]+" in the environment")
		case strings.TrimSpace(s) == "":
			r.Fault(n.Spot, n.Text+", which is empty", "a secret in the variable "+name[1])
		}
		return s, strings.TrimSpace(s) != ""
	}
	path := strings.TrimPrefix(n.Text, "file:")
	if path == "" {
		r.Fault(n.Spot, `"file:" without a path`, keptForm)
		return "", false
	}
	s, found, expected := readSecret(r.Path(path))
	if found != "" {
		r.Fault(n.Spot, Quote(n.Text)+", "+found, expected)
	}
	return s, found == ""
}

// readSecret reads a file that only its owner may read, without the space around
// what is in it; or says what was found instead, and what was expected.
func readSecret(path string) (s, found, expected string) {
	const aFile = "a file with the secret"
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", "which is not there", aFile
	case err != nil:
		return "", "which cannot be opened", aFile
	case !info.Mode().IsRegular():
		return "", "which is no plain file", aFile
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return "", fmt.Sprintf("which others can read (mode %04o)", info.Mode().Perm()), "a file for its owner only (chmod 600)"
	case info.Size() > maxSecret:
		return "", "which is larger than 64 KiB", aFile
	}
	f, err := os.Open(path)
	if err != nil {
		return "", "which cannot be opened", aFile
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return "", "which cannot be read", aFile
	}
	if s = strings.TrimSpace(string(raw)); s == "" {
		return "", "which is empty", aFile
	}
	return s, "", ""
}
