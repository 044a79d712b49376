using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Wire;

/// <summary>The serving end's rooms, as an operation sees them.</summary>
/// <param name="IsLate">
/// The request was long on its way: whoever sent it may have given it up and tried again, and the user have deleted
/// what that brought.
/// </param>
public sealed record Served
{
    internal Served(Backend backend, LocalGateway gateway)
    {
        (Gateway, Accounts, Registration) = (gateway, backend.Accounts, backend.WatchRegistration);
        Leases = new(Accounts);
    }

    internal LocalGateway Gateway { get; }

    internal MaildropLeases Leases { get; }

    internal AccountStore Accounts { get; }

    WatchRegistration Registration { get; }

    internal bool IsLate { get; init; }

    /// <summary>Fetches some at a time, until the answer is long enough.</summary>
    internal async ValueTask<FetchAnswer> FetchAsync(FetchRequest request, CancellationToken cancel)
    {
        const int together = 100;
        var found = new List<Email>();
        var (asked, octets) = (0, 0L);
        foreach (var some in request.Emails.Chunk(together))
        {
            var emails = await Gateway.FetchAsync(request.Account, some, cancel);
            found.AddRange(emails);
            asked += some.Length;
            octets += emails.Sum(email => (long)email.Index.Length);
            if (octets > WireLimits.FetchAnswer)
                break;
        }
        return new(asked, found);
    }

    internal async ValueTask<WatchAnswer> WatchAsync(WatchRequest request, CancellationToken cancel)
    {
        var ended = new List<string>();
        foreach (var login in request.Logins)
        {
            if (!await Gateway.CountsAsync(login, cancel))
                ended.Add(login.Stamp);
        }
        if (request.Listener is { } listener)
            return new(await Registration.RegisterAsync(request.Account, listener, cancel), ended);
        var state = await Accounts.CurrentAsync(request.Account, cancel) ?? throw new AccountMissingException();
        return new(state.Revision, ended);
    }

    internal ValueTask<Stream?> ReadUploadAsync(ReadUploadRequest request, CancellationToken cancel) =>
        Accounts.Blobs.OpenAsync(BlobNames.Of(request.Transaction), request.Offset, null, cancel);

    internal async ValueTask<DoneAnswer> AbandonAsync(UploadRequest request)
    {
        await BlobWaste.RemoveAsync(Accounts.Blobs, BlobNames.Of(request.Transaction));
        return new();
    }
}
