using System.Globalization;
using System.Text.Json;
using Cloud.Api.Admin;
using Cloud.Api.Rest;
using Cloud.Api.Rest.Archive;
using Cloud.Cli.Control;

namespace Cloud.Cli.Archive;

/// <summary>A user's mail, by way of the API: here, or of the server that has the store.</summary>
/// <param name="again">Brings also what an earlier run had brought, where it is gone since.</param>
sealed class ArchiveClient(IApiCaller api, string address, bool again = false)
{
    readonly string root = $"/users/{ApiCalls.Segment(address)}/archive";

    public async Task<IReadOnlyList<ArchiveMailbox>> MailboxesAsync(CancellationToken cancel) =>
        await api.ListAsync($"{root}/mailboxes", ArchiveJson.Default.PageArchiveMailbox, cancel).ToListAsync(cancel);

    /// <summary>Finds a mailbox by its name, else by its role, else makes it.</summary>
    public async Task<ArchiveMailbox> MakeAsync(string name, string? role, CancellationToken cancel) =>
        await api.SendAsync(
            "POST",
            $"{root}/mailboxes",
            new(name, role),
            ArchiveJson.Default.NewArchiveMailbox,
            ArchiveJson.Default.ArchiveMailbox,
            cancel
        );

    /// <summary>Oldest first.</summary>
    public IAsyncEnumerable<ArchiveMessage> MessagesAsync(ArchiveMailbox mailbox, CancellationToken cancel) =>
        api.ListAsync($"{root}/mailboxes/{mailbox.Id}/messages", ArchiveJson.Default.PageArchiveMessage, cancel);

    /// <returns>The message's octets, to be disposed; null when it is gone.</returns>
    public async Task<Spool?> ReadAsync(ArchiveMessage message, CancellationToken cancel)
    {
        var ask = new ApiAsk("GET", $"{RestApi.Prefix}{root}/messages/{message.Id}", null);
        await using var reply = await api.SendAsync(ask, cancel);
        if (reply.Status == 404)
            return null;
        if (reply.Status != 200)
            throw new AdminException(await ApiCalls.ProblemAsync(reply, cancel));
        var spool = new Spool();
        try
        {
            await spool.CopyFromAsync(reply.Body, cancel);
            return spool.Length == message.Size
                ? spool
                : throw new IOException($"A message has {spool.Length} octets instead of {message.Size}");
        }
        catch
        {
            await spool.DisposeAsync();
            throw;
        }
    }

    /// <summary>What earlier runs have brought of a source.</summary>
    public async Task<IReadOnlySet<string>> ImportedAsync(string source, CancellationToken cancel)
    {
        var items = new HashSet<string>(StringComparer.Ordinal);
        var target = $"{root}/imports/{source}{(again ? "?present=true" : "")}";
        await foreach (var item in api.ListAsync(target, ArchiveJson.Default.PageString, cancel))
            items.Add(item);
        return items;
    }

    /// <returns>Whether it was put in, an earlier run had brought it, or it alone is refused.</returns>
    /// <exception cref="AdminException">All others would be refused as well: there is no room, or no such user any more.</exception>
    public async Task<PutResult> PutAsync(
        ArchiveMailbox mailbox,
        string source,
        ImportMessage message,
        Stream content,
        CancellationToken cancel
    )
    {
        if (content.Length > ArchiveMessage.MaxSize)
            return PutResult.Of($"It has {content.Length} octets; a message has up to {ArchiveMessage.MaxSize}");
        var target = string.Create(
            CultureInfo.InvariantCulture,
            $"{RestApi.Prefix}{root}/mailboxes/{mailbox.Id}/messages?source={source}&item={message.Item}"
        );
        target += $"&flags={message.Flags}&keywords={ApiCalls.Segment(string.Join(' ', message.Keywords))}";
        if (again)
            target += "&again=true";
        if (message.Received is { } received)
            target += $"&received={ApiCalls.Segment(received.UtcDateTime.ToString("O", CultureInfo.InvariantCulture))}";
        await using var reply = await api.SendAsync(new("POST", target, content, "message/rfc822"), cancel);
        if (reply.Status is 400 or 413 or 422)
            return PutResult.Of(await ApiCalls.ProblemAsync(reply, cancel));
        if (reply.Status >= 400)
            throw new AdminException(await ApiCalls.ProblemAsync(reply, cancel));
        var answer = await JsonSerializer.DeserializeAsync(reply.Body, ArchiveJson.Default.ArchivedMessage, cancel);
        return answer?.Uid > 0 ? PutResult.Brought : PutResult.Known;
    }
}
