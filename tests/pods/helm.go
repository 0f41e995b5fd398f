// Renders a template as Helm does: with Go's engine, the functions of sprig, and include. Charts need nothing more of Helm for it.
//
// usage: helm VALUES.json TEMPLATE...
//
// The last template is printed; the others define what it includes.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
)

func render(values string, files []string) (string, error) {
	var data struct{ Values map[string]interface{} }
	root := template.New("root").Option("missingkey=zero").Funcs(sprig.TxtFuncMap())
	root.Funcs(template.FuncMap{"include": func(name string, data interface{}) (string, error) {
		var out strings.Builder
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}})
	bytes, err := os.ReadFile(values)
	if err == nil {
		err = json.Unmarshal(bytes, &data.Values)
	}
	for _, file := range files {
		if err == nil {
			bytes, err = os.ReadFile(file)
		}
		if err == nil {
			_, err = root.New(file).Parse(string(bytes))
		}
	}
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = root.ExecuteTemplate(&out, files[len(files)-1], data)
	return out.String(), err
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: helm VALUES.json TEMPLATE...")
		os.Exit(2)
	}
	text, err := render(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "helm:", err)
		os.Exit(1)
	}
	fmt.Print(text)
}
