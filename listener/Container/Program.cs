using Cloud.Listener.Container;

return args switch
{
    [] => await ContainerProgram.RunAsync(Environment.GetEnvironmentVariable, Console.Out, Console.Error),
    ["--health" or "--ready"] => await HealthProbe.RunAsync(
        args[0] == "--ready",
        Environment.GetEnvironmentVariable,
        Console.Out
    ),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("listener            takes and gives mail; its settings are CLOUD_… variables");
    Console.Error.WriteLine("listener --health   asks the one that runs here whether it lives; exit code 0 or 1");
    Console.Error.WriteLine("listener --ready    asks it whether mail may come");
    return 2;
}
