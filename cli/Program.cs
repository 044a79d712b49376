using System.CommandLine;
using Cloud.Cli;

var parsed = CloudCommand.Create().Parse(args);

// `serve` answers signals itself: the library would end it 2 seconds after one, in the middle of what it drains.
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
