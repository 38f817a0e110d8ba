package signal

import (
	"maps"
	"slices"
	"strings"
)

// Commands are the attributes of a handle: the URL, the headers that a signal
// is sent with, and the beginnings of commands that send one. Scripts append a
// body to them: -d '{"status": "SUCCESS"}'.
func Commands(url, region string) map[string]any {
	headers := map[string]string{"Content-Type": "application/json", "Accept": "application/json", "x-acs-region-id": region}
	var flags strings.Builder
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		flags.WriteString(" -H \"" + name + ": " + headers[name] + "\"")
	}
	return map[string]any{
		"URL":               url,
		"Headers":           headers,
		"CurlCli":           "curl -i -X POST" + flags.String() + " '" + url + "'",
		"WindowsCurlCli":    "curl.exe -i -X POST" + flags.String() + " \"" + url + "\"",
		"PowerShellCurlCli": "Invoke-RestMethod -Method POST -ContentType 'application/json' -Uri '" + url + "'",
	}
}
