package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
)

// settings are what the command line says.
type settings struct {
	command    string
	file       string // the template or runbook
	stack      string
	state      string
	region     string
	profile    string
	endpoint   string
	signals    string
	signalURL  string
	yes        bool
	parameters map[string]any
}

// needs says what a command takes besides its flags.
var needs = map[string]struct{ stack, file bool }{
	"plan": {true, true}, "apply": {true, true}, "destroy": {true, false}, "show": {false, false}, "run": {false, true},
}

func parse(args []string, errs io.Writer) (*settings, error) {
	set := &settings{parameters: map[string]any{}}
	words := strings.Join(slices.Sorted(maps.Keys(commands)), ", ")
	fs := flag.NewFlagSet("deploy", flag.ContinueOnError)
	fs.SetOutput(errs)
	fs.Usage = func() {
		fmt.Fprintf(errs, "usage: deploy COMMAND [flags] [FILE]\n\nCOMMAND is one of %s.\n\n", words)
		fs.PrintDefaults()
	}
	fs.StringVar(&set.stack, "stack", "", "`name` of the stack")
	fs.StringVar(&set.state, "state", ".bianpai", "`folder` that keeps the journal and its key")
	fs.StringVar(&set.region, "region", "cn-hangzhou", "region to work in")
	fs.StringVar(&set.profile, "profile", "", "profile of the aliyun CLI to take credentials from")
	fs.StringVar(&set.endpoint, "endpoint", "", "`URL` of a server that plays all services, such as that of examples/localcloud")
	fs.StringVar(&set.signals, "signals", "127.0.0.1:8643", "`address` to listen on for the signals of instances")
	fs.StringVar(&set.signalURL, "signal-url", "", "`URL` by which instances reach that address")
	fs.BoolVar(&set.yes, "yes", false, "do not ask")
	fs.Func("p", "a parameter as `NAME=VALUE`; may be repeated", set.parameter)
	if len(args) == 0 {
		fs.Usage()
		return nil, misuse{fmt.Errorf("no command: one of %s", words)}
	}
	if set.command = args[0]; commands[set.command] == nil && !strings.HasPrefix(set.command, "-") {
		return nil, misuse{fmt.Errorf("no command %q: one of %s", set.command, words)}
	}
	if strings.HasPrefix(set.command, "-") { // flags alone, such as -h
		args = append([]string{""}, args...)
	}
	switch err := fs.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return nil, err
	case err != nil:
		return nil, misuse{err}
	}
	return set, set.check(fs.Args())
}

func (set *settings) parameter(text string) error {
	name, v, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", text)
	}
	set.parameters[name] = v
	return nil
}

func (set *settings) check(rest []string) error {
	need := needs[set.command]
	switch {
	case need.stack && set.stack == "":
		return misuse{fmt.Errorf("%s needs -stack NAME", set.command)}
	case need.file && len(rest) == 0:
		return misuse{fmt.Errorf("%s needs a file; flags come before it", set.command)}
	case need.file && len(rest) == 1:
		set.file = rest[0]
	case len(rest) > 0:
		return misuse{fmt.Errorf("%q is too much; flags come before the file", rest[len(rest)-1])}
	}
	if set.endpoint != "" {
		if u, err := url.Parse(set.endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return misuse{fmt.Errorf("-endpoint %q is no URL such as http://127.0.0.1:8642", set.endpoint)}
		}
	}
	return nil
}

// local reports whether the cloud is on this machine.
func (set *settings) local() bool {
	u, err := url.Parse(set.endpoint)
	if err != nil || set.endpoint == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
