package extract

func Run(args []string) error { return nil }
