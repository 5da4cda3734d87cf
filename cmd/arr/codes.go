package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"arr/schemas"
)

func codesCommand() *cli.Command {
	return &cli.Command{
		Name:  "codes",
		Usage: "look up codes and what they mean",
		UsageText: "arr codes [TEXT]\n\n" +
			"Lists the codes of audit messages: events, types, roles and media of DICOM (CID 400 to 406), roles,\n" +
			"types and life cycles of participant objects, IHE's transactions, and SOP classes. With TEXT, those\n" +
			"whose code, meaning, scheme or table has all its words in it.\n\n" +
			"Exits with 0 where something was found, 1 where nothing was.\n\n" +
			"Examples:\n   arr codes\n   arr codes login\n   arr codes ITI-18\n   arr codes 1.2.840.10008.5.1.4.1.1.2",
		Action: func(c *cli.Context) error {
			found := schemas.Codes.Search(strings.Join(c.Args().Slice(), " "))
			if found == nil {
				return &exitError{code: exitNothing}
			}
			w := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
			for _, code := range found {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", code.Code, code.Meaning, code.Scheme, code.Table)
			}
			return w.Flush()
		},
	}
}
