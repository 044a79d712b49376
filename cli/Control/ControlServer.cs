using System.Net.Sockets;
using System.Text.Json;
using Cloud.Api.Admin;
using Cloud.Store.Ports;

namespace Cloud.Cli.Control;

/// <summary>Lets `cloud user add` and its like reach a running server, which alone may open the store.</summary>
/// <remarks>
/// A Unix socket in the data directory: whoever may open the store's files may use it, and nobody else. Longest
/// request: 64 KiB; longest wait for one: 10 seconds.
/// </remarks>
sealed class ControlServer : IAsyncDisposable
{
    const int MaxRequest = 64 * 1024;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly IAdministration administration;
    readonly TimeProvider time;
    readonly string path;
    readonly Socket socket;
    readonly CancellationTokenSource stopping = new();
    readonly Task accepting;

    public ControlServer(string directory, IAdministration administration, TimeProvider time)
    {
        this.administration = administration;
        this.time = time;
        path = PathIn(directory);
        File.Delete(path); // Left by a killed server; the store's lock says that none is running.
        socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>Octets of a Unix socket's path that every system takes: macOS has the least.</summary>
    public const int MaxPath = 103;

    public static string PathIn(string directory) => Path.Combine(Path.GetFullPath(directory), "control.sock");

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        socket.Dispose();
        await accepting;
        File.Delete(path);
        stopping.Dispose();
    }

    async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var client = await socket.AcceptAsync(stopping.Token);
                await AnswerAsync(client);
            }
            catch (Exception e)
                when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // The caller left, or we are stopping: the loop's condition tells.
            }
        }
    }

    async Task AnswerAsync(Socket client)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping.Token);
        await using var stream = new NetworkStream(client);
        ControlAnswer answer;
        try
        {
            var request = await ReadAsync(stream, either.Token);
            answer = request is null ? new("This is no request.") : await RunAsync(request, either.Token);
        }
        catch (Exception e) when (e is AdminException or StoreException or JsonException)
        {
            answer = new(e.Message);
        }
        await JsonSerializer.SerializeAsync(stream, answer, ControlJson.Default.ControlAnswer, either.Token);
    }

    static async Task<ControlRequest?> ReadAsync(NetworkStream stream, CancellationToken cancel)
    {
        var buffer = new byte[MaxRequest];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).Contains((byte)'\n'))
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancel);
            if (read == 0)
                return null;
            length += read;
        }
        var end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
        return end < 0 ? null : JsonSerializer.Deserialize(buffer.AsSpan(0, end), ControlJson.Default.ControlRequest);
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
            case "Trace":
                return new(null, Trace: await administration.TraceAsync(name, cancel));
            case "PrepareKeys":
                return new(null, Keys: [await administration.PrepareKeysAsync(name, cancel)]);
        }

        var change = request.Operation switch
        {
            "AddDomain" => administration.AddDomainAsync(name, cancel),
            "RemoveDomain" => administration.RemoveDomainAsync(name, cancel),
            "ActivateKeys" => administration.ActivateKeysAsync(name, targets is [var pair] ? pair : "", cancel),
            "AddUser" => administration.AddUserAsync(name, secret, cancel),
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
