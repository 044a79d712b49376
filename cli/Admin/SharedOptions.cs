using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Cli.Control;
using Cloud.Cli.Serve;
using Cloud.Store.Local;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Cli.Admin;

/// <summary>Where the domains and users are: the options all administration commands share.</summary>
sealed class SharedOptions
{
    static readonly IReadOnlyList<string> Names =
    [
        "data",
        "store",
        "connection-string",
        "blob-endpoint",
        "queue-endpoint",
        "table-endpoint",
    ];

    readonly List<Option<string[]>> options;
    readonly bool makesData;

    /// <param name="makesData">The first command on new data may make its directory; for others it is a slip.</param>
    public SharedOptions(Command command, bool makesData = false)
    {
        this.makesData = makesData;
        options =
        [
            .. Names.Select(name => new Option<string[]>($"--{name}")
            {
                Description = "As for `cloud serve`",
                HelpName = ServeCommand.ValueOf(name),
            }),
        ];
        foreach (var option in options)
            command.Options.Add(option);
    }

    /// <summary>Lets a command act on the store with what it was given.</summary>
    public static Command Acting(Command command, Func<IAdministration, ParseResult, CancellationToken, ValueTask> act)
    {
        var store = new SharedOptions(command);
        command.SetAction((parsed, cancel) => store.RunAsync(parsed, admin => act(admin, parsed, cancel), cancel));
        return command;
    }

    /// <summary>Lets a command print what it reads or did: for people, or with <c>--json</c> for programs.</summary>
    public static Command Printing<T>(
        Command command,
        Func<IAdministration, ParseResult, CancellationToken, ValueTask<T>> readAsync,
        JsonTypeInfo<T> type,
        Action<T> print
    )
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        command.Options.Add(json);
        return Acting(
            command,
            async (admin, parsed, cancel) =>
            {
                var value = await readAsync(admin, parsed, cancel);
                if (parsed.GetValue(json))
                    QueueJson.Print(value, type);
                else
                    print(value);
            }
        );
    }

    /// <summary>Lets a command ask the API: each administrative call means the same here as over HTTP.</summary>
    public static Command Asking(
        Command command,
        Func<IApiCaller, ParseResult, CancellationToken, ValueTask> act,
        bool makesData = false
    )
    {
        var store = new SharedOptions(command, makesData);
        command.SetAction((parsed, cancel) => store.AskAsync(parsed, api => act(api, parsed, cancel), cancel));
        return command;
    }

    /// <summary>Lets a command print what the API answers: for people, or with <c>--json</c> for programs.</summary>
    /// <param name="fault">What is not well with what was printed: the command fails then. Null where it is.</param>
    public static Command Showing<T>(
        Command command,
        Func<IApiCaller, ParseResult, CancellationToken, ValueTask<T>> readAsync,
        JsonTypeInfo<T> type,
        Action<T> print,
        Func<T, string?>? fault = null
    )
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        command.Options.Add(json);
        return Asking(
            command,
            async (api, parsed, cancel) =>
            {
                var value = await readAsync(api, parsed, cancel);
                if (parsed.GetValue(json))
                    QueueJson.Print(value, type);
                else
                    print(value);
                if (fault?.Invoke(value) is { } why)
                    throw new AdminException(why);
            }
        );
    }

    /// <summary>Runs against the API, or that of the server that holds the store; tells the operator what went wrong.</summary>
    /// <param name="needsData">False where it is well when there is no data directory: nothing happens then.</param>
    /// <returns>The exit code.</returns>
    public Task<int> AskAsync(
        ParseResult parsed,
        Func<IApiCaller, ValueTask> act,
        CancellationToken cancel,
        bool needsData = true
    ) =>
        RunAsync(
            parsed,
            backend => act(new LocalCaller(new(backend))),
            async socket => await act(socket),
            needsData,
            cancel
        );

    /// <summary>Runs against the store, or through the server that holds it; tells the operator what went wrong.</summary>
    /// <param name="needsData">False where it is well when there is no data directory: nothing happens then.</param>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(
        ParseResult parsed,
        Func<IAdministration, ValueTask> act,
        CancellationToken cancel,
        bool needsData = true
    ) =>
        RunAsync(
            parsed,
            backend => act(new Administration(backend)),
            socket => act(new ControlClient(socket)),
            needsData,
            cancel
        );

    async Task<int> RunAsync(
        ParseResult parsed,
        Func<Backend, ValueTask> here,
        Func<SocketCaller, ValueTask> there,
        bool needsData,
        CancellationToken cancel
    )
    {
        var given = options.ToDictionary(
            option => option.Name[2..],
            option => (IReadOnlyList<string>)(parsed.GetValue(option) ?? [])
        );
        var file = Environment.GetEnvironmentVariable("CLOUD_CONFIG");
        var (settings, faults) = new SettingsReader(given, Environment.GetEnvironmentVariable).Read(file);
        if (settings is null)
        {
            Console.Error.WriteLine(string.Join('\n', faults));
            return ExitCode.Usage;
        }

        if (!makesData && settings.Store == StoreKind.Local && !Directory.Exists(settings.Data))
        {
            if (!needsData)
                return ExitCode.Ok;
            Console.Error.WriteLine(
                $"There is no data in {settings.Data} (`cloud serve` and `cloud domain add` make it)."
            );
            return ExitCode.Failed;
        }

        try
        {
            await RunAsync(settings, here, there, cancel);
            return ExitCode.Ok;
        }
        catch (Exception e)
            when (e is AdminException or StoreException or IOException or UnauthorizedAccessException or SocketException
            )
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Failed;
        }
    }

    static async Task RunAsync(
        Settings settings,
        Func<Backend, ValueTask> here,
        Func<SocketCaller, ValueTask> there,
        CancellationToken cancel
    )
    {
        try
        {
            await using var store = await OpenStore.OpenAsync(settings, NullLoggerFactory.Instance, cancel);
            await here(store.Backend);
        }
        catch (StoreInUseException) when (File.Exists(ControlServer.PathIn(settings.Data)))
        {
            using var socket = new SocketCaller(ControlServer.PathIn(settings.Data));
            await there(socket);
        }
    }
}
