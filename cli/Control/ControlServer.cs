using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cloud.Api.Admin;
using Cloud.Api.Rest;
using Cloud.Store.Ports;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Cloud.Cli.Control;

/// <summary>Lets `cloud` commands reach a running server, which alone may open the store: HTTP on a Unix socket.</summary>
/// <remarks>
/// The socket is in the data directory: whoever may open the store's files may use it, and nobody else; so the API answers
/// there without a key. <c>POST /control</c> is what the verbs ask that the API does not have.
/// </remarks>
sealed class ControlServer : IAsyncDisposable
{
    /// <summary>Octets of a Unix socket's path that every system takes: macOS has the least.</summary>
    public const int MaxPath = 103;

    /// <summary>Octets of a <see cref="ControlRequest"/>.</summary>
    const int MaxRequest = 64 * 1024;

    readonly IAdministration administration;
    readonly WebApplication application;

    /// <param name="api">Answers what is below <see cref="RestApi.Prefix"/>.</param>
    public ControlServer(string directory, IAdministration rooms, RestApi api, ILoggerFactory loggers)
    {
        administration = rooms;
        var path = PathIn(directory);
        File.Delete(path); // Left by a killed server; the store's lock says that none is running.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = Bind);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequest;
            kestrel.ListenUnixSocket(path);
        });
        application = builder.Build();
        application.MapPost(ControlPath, AnswerAsync);
        new ApiEndpoint(api, Caller.Operator, loggers).Map(application);
    }

    public const string ControlPath = "/control";

    public static string PathIn(string directory) => Path.Combine(Path.GetFullPath(directory), "control.sock");

    /// <exception cref="IOException">The socket cannot be made.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        try
        {
            await application.StartAsync(cancel);
        }
        catch (SocketException e)
        {
            throw new IOException($"The control socket cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Ends what is asked, and removes the socket.</summary>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    /// <summary>Nobody else's from its first moment: who comes before the mode is set meets no listener yet.</summary>
    static Socket Bind(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        if (!OperatingSystem.IsWindows() && address is UnixDomainSocketEndPoint)
            File.SetUnixFileMode($"{address}", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return socket;
    }

    async Task AnswerAsync(HttpContext http)
    {
        var cancel = http.RequestAborted;
        ControlAnswer answer;
        try
        {
            var request = await JsonSerializer.DeserializeAsync(
                http.Request.Body,
                ControlJson.Default.ControlRequest,
                cancel
            );
            answer = request is null ? new("This is no request.") : await RunAsync(request, cancel);
        }
        catch (Exception e) when (e is AdminException or StoreException or JsonException)
        {
            answer = new(e.Message);
        }
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body, answer, ControlJson.Default.ControlAnswer, cancel);
    }

    async ValueTask<ControlAnswer> RunAsync(ControlRequest request, CancellationToken cancel)
    {
        if (await ControlQueue.AnswerAsync(administration.Queue, request, cancel) is { } answer)
            return answer;
        var (name, secret, targets) = (request.Name ?? "", request.Secret ?? "", request.Targets ?? []);
        switch (request.Operation)
        {
            case "ListDomains":
                return new(null, Domains: await administration.ListDomainsAsync(cancel));
            case "ListUsers":
                return new(null, Users: await administration.ListUsersAsync(cancel));
            case "ListAliases":
                return new(null, Aliases: await administration.ListAliasesAsync(cancel));
            case "ListForwards":
                return new(null, Forwards: await administration.ListForwardsAsync(cancel));
            case "ListGrants":
                return new(null, Grants: await administration.ListGrantsAsync(cancel));
            case "ListKeys":
                return new(null, Keys: await administration.ListKeysAsync(name, cancel));
            case "PrepareKeys":
                return new(null, Keys: [await administration.PrepareKeysAsync(name, cancel)]);
        }

        var change = request.Operation switch
        {
            "AddDomain" => administration.AddDomainAsync(name, cancel),
            "RemoveDomain" => administration.RemoveDomainAsync(name, cancel),
            "ActivateKeys" => administration.ActivateKeysAsync(name, targets is [var pair] ? pair : "", cancel),
            "AddUser" => administration.AddUserAsync(name, secret, cancel),
            "AddSharedUser" => administration.AddSharedUserAsync(name, cancel),
            "SetPassword" => administration.SetPasswordAsync(name, secret, cancel),
            "RemoveUser" => administration.RemoveUserAsync(name, cancel),
            "Grant" => administration.GrantAsync(name, targets is [var granted] ? granted : "", cancel),
            "Revoke" => administration.RevokeAsync(name, targets is [var revoked] ? revoked : "", cancel),
            "SetSavesSent" => administration.SetSavesSentAsync(name, targets is ["on"], cancel),
            "SetVerp" => administration.SetVerpAsync(name, targets is ["on"], cancel),
            "Forward" => administration.ForwardAsync(name, targets, keeps: false, cancel),
            "ForwardAndKeep" => administration.ForwardAsync(name, targets, keeps: true, cancel),
            "StopForward" => administration.StopForwardAsync(name, cancel),
            "AddAlias" => administration.AddAliasAsync(name, targets, cancel),
            "RemoveAlias" => administration.RemoveAliasAsync(name, cancel),
            _ => throw new AdminException(
                $"This server does not know {request.Operation}: is it older than the command?"
            ),
        };
        await change;
        return new(Error: null);
    }
}
