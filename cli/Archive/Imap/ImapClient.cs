using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Cloud.Mail.Charsets;

namespace Cloud.Cli.Archive.Imap;

/// <summary>Reads another server's mailboxes (RFC 9051, and what came before it). Changes nothing there.</summary>
sealed class ImapClient : IAsyncDisposable
{
    /// <summary>Mailboxes of an account that are looked at.</summary>
    const int MaxMailboxes = 10_000;

    /// <summary>Messages of a mailbox that are looked at.</summary>
    const int MaxMessages = 5_000_000;

    /// <summary>Silence after which the server is taken for dead.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    readonly TimeProvider time;
    Stream stream;
    ImapReader reader;
    HashSet<string> capabilities = new(StringComparer.OrdinalIgnoreCase);
    int tags;

    ImapClient(Stream connection, TimeProvider clock) => (stream, reader, time) = (connection, new(connection), clock);

    /// <exception cref="ImapException">Nobody is there, or nobody to be trusted.</exception>
    public static async Task<ImapClient> ConnectAsync(ImapHost host, TimeProvider time, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        ImapClient? client = null;
        try
        {
            using var limit = Limit(time, cancel);
            await socket.ConnectAsync(host.Name, host.Port, limit.Token);
            client = new(new NetworkStream(socket, ownsSocket: true), time);
            if (host.Security == ImapSecurity.Tls)
                await client.SecureAsync(host, limit.Token);
            await using (await client.reader.ReadAsync(limit.Token)) { }
            if (host.Security == ImapSecurity.StartTls)
            {
                await client.DoAsync("STARTTLS", limit.Token);
                await client.SecureAsync(host, limit.Token);
            }
            await client.LearnAsync(limit.Token);
            return client;
        }
        catch (Exception e) when (e is SocketException or System.Security.Authentication.AuthenticationException)
        {
            await DisposeAsync(client, socket);
            throw new ImapException($"{host.Name}:{host.Port}: {e.Message}", e);
        }
        catch
        {
            await DisposeAsync(client, socket);
            throw;
        }
    }

    static async ValueTask DisposeAsync(ImapClient? client, Socket socket)
    {
        if (client is not null)
            await client.DisposeAsync();
        socket.Dispose();
    }

    static CancellationTokenSource Limit(TimeProvider time, CancellationToken cancel)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var deadline = new CancellationTokenSource(Patience, time);
        deadline.Token.Register(limit.Cancel);
        return limit;
    }

    async Task SecureAsync(ImapHost host, CancellationToken cancel)
    {
        var secured = new SslStream(stream);
        var target = new SslClientAuthenticationOptions { TargetHost = host.Name };
#pragma warning disable CA5359 // Asked for by name, for a server on a network of one's own.
        if (host.TakesAnyCertificate)
            target.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        stream = secured;
        await secured.AuthenticateAsClientAsync(target, cancel);
        reader = new(stream); // what came in clear before the handshake counts for nothing
    }

    async Task LearnAsync(CancellationToken cancel)
    {
        capabilities.Clear();
        await foreach (var response in AskAsync("CAPABILITY", cancel))
        {
            if (response.Values is [_, var kind, ..] && kind.Is("CAPABILITY"))
                capabilities = new(
                    response.Values.Skip(2).OfType<ImapValue.Atom>().Select(atom => atom.Text),
                    StringComparer.OrdinalIgnoreCase
                );
        }
    }

    /// <exception cref="ImapException">It does not let us in.</exception>
    public async Task LogInAsync(string user, string password, CancellationToken cancel)
    {
        if (capabilities.Contains("AUTH=PLAIN"))
        {
            var secret = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"));
            await ContinueAsync("AUTHENTICATE PLAIN", secret, cancel);
            return;
        }
        if (capabilities.Contains("LOGINDISABLED"))
            throw new ImapException("The server takes no password without TLS");
        await DoAsync($"LOGIN {Quoted(user)} {Quoted(password)}", cancel);
    }

    async Task ContinueAsync(string command, string more, CancellationToken cancel)
    {
        var tag = await SendAsync(command, cancel);
        var isSent = false;
        while (true)
        {
            await using var response = await ReadAsync(cancel);
            if (response.Text.StartsWith('+') && !isSent)
            {
                await WriteAsync($"{more}\r\n", cancel);
                isSent = true;
            }
            else if (response.Text.StartsWith($"{tag} ", StringComparison.Ordinal))
            {
                Check(response, tag, "AUTHENTICATE");
                return;
            }
        }
    }

    /// <summary>The mailboxes that hold messages.</summary>
    public async Task<IReadOnlyList<ImapMailbox>> ListAsync(CancellationToken cancel)
    {
        var found = new List<ImapMailbox>();
        await foreach (var response in AskAsync("LIST \"\" \"*\"", cancel))
        {
            if (response.Values is not [_, var kind, ImapValue.Items attributes, var delimiter, var name, ..])
                continue;
            if (!kind.Is("LIST") || await name.TextAsync(cancel) is not { } raw)
                continue;
            var words = attributes.Values.OfType<ImapValue.Atom>().Select(atom => atom.Text.TrimStart('\\')).ToList();
            if (words.Contains("Noselect", StringComparer.OrdinalIgnoreCase) || IsVirtual(words))
                continue;
            var divider = delimiter is ImapValue.Quoted { Text: { Length: 1 } text } ? text[0] : (char?)null;
            found.Add(new(raw, LevelsOf(raw, divider), RoleOf(words)));
            if (found.Count > MaxMailboxes)
                throw new ImapException($"The account has over {MaxMailboxes} mailboxes");
        }
        return found;
    }

    /// <summary>What shows messages of other mailboxes (RFC 6154 §2) would bring each twice.</summary>
    static bool IsVirtual(List<string> words) =>
        words.Contains("All", StringComparer.OrdinalIgnoreCase)
        || words.Contains("Flagged", StringComparer.OrdinalIgnoreCase)
        || words.Contains("NonExistent", StringComparer.OrdinalIgnoreCase);

    static IReadOnlyList<string> LevelsOf(string raw, char? divider)
    {
        // A server of UTF8=ACCEPT alone would not encode; that was not asked for.
        var levels = divider is { } c ? raw.Split(c) : [raw];
        return [.. levels.Select(level => ModifiedUtf7.Decode(Encoding.UTF8.GetBytes(level)) ?? level)];
    }

    static string? RoleOf(List<string> words) =>
        new[] { "drafts", "sent", "junk", "trash", "archive" }.FirstOrDefault(role =>
            words.Contains(role, StringComparer.OrdinalIgnoreCase)
        );

    /// <returns>UIDVALIDITY, and how many messages there are.</returns>
    /// <exception cref="ImapRefusedException">It cannot be opened.</exception>
    public async Task<(ulong UidValidity, ulong Messages)> ExamineAsync(string mailbox, CancellationToken cancel)
    {
        var (validity, messages) = (0UL, 0UL);
        await foreach (var response in AskAsync($"EXAMINE {Quoted(mailbox)}", cancel))
        {
            if (response.Values is [_, var number, var kind, ..] && kind.Is("EXISTS"))
                messages = number.Number ?? 0;
            const string code = "[UIDVALIDITY ";
            var at = response.Text.IndexOf(code, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
                continue;
            var digits = response.Text[(at + code.Length)..].TakeWhile(char.IsAsciiDigit);
            _ = ulong.TryParse(string.Concat(digits), CultureInfo.InvariantCulture, out validity);
        }
        return (validity, messages);
    }

    /// <summary>Those of some UIDs that are in the mailbox that is open, rising.</summary>
    /// <param name="set">As IMAP writes it.</param>
    public async Task<IReadOnlyList<uint>> UidsAsync(string set, CancellationToken cancel)
    {
        var uids = new SortedSet<uint>();
        await foreach (var response in AskAsync($"UID FETCH {set} (UID)", cancel))
        {
            if (ImapMessage.Fields(response) is { } fields && ImapMessage.UidOf(fields) is { } uid)
                uids.Add(uid);
            if (uids.Count > MaxMessages)
                throw new ImapException($"The mailbox has over {MaxMessages} messages");
        }
        return [.. uids];
    }

    /// <summary>Messages of the mailbox that is open, whole; those that are gone by now are left out.</summary>
    public async IAsyncEnumerable<ImapMessage> FetchAsync(
        IReadOnlyList<uint> uids,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var set = string.Join(',', uids);
        var command = $"UID FETCH {set} (UID FLAGS INTERNALDATE BODY.PEEK[])";
        await foreach (var response in AskAsync(command, cancel))
        {
            if (await ImapMessage.OfAsync(response, cancel) is { } message)
                yield return message;
        }
    }

    async Task DoAsync(string command, CancellationToken cancel)
    {
        await foreach (var _ in AskAsync(command, cancel))
            continue;
    }

    /// <summary>Untagged responses, each valid until the next; then the command is done.</summary>
    /// <exception cref="ImapRefusedException">It is refused.</exception>
    async IAsyncEnumerable<ImapResponse> AskAsync(string command, [EnumeratorCancellation] CancellationToken cancel)
    {
        var tag = await SendAsync(command, cancel);
        while (true)
        {
            await using var response = await ReadAsync(cancel);
            if (response.Text.StartsWith($"{tag} ", StringComparison.Ordinal))
            {
                Check(response, tag, command.Split(' ')[0]);
                yield break;
            }
            if (response.Text.StartsWith("* BYE", StringComparison.OrdinalIgnoreCase))
                throw new ImapException($"The server says: {Plain(response.Text)}");
            yield return response;
        }
    }

    static void Check(ImapResponse response, string tag, string what)
    {
        if (!response.Text.StartsWith($"{tag} OK", StringComparison.OrdinalIgnoreCase))
            throw new ImapRefusedException($"{what} is refused: {Plain(response.Text[(tag.Length + 1)..])}");
    }

    static string Plain(string text) => string.Concat(text.Take(300).Select(c => char.IsControl(c) ? ' ' : c));

    async ValueTask<ImapResponse> ReadAsync(CancellationToken cancel)
    {
        using var limit = Limit(time, cancel);
        try
        {
            return await reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ImapException($"The server is silent for {Patience.TotalMinutes:0} minutes");
        }
        catch (IOException e) when (e is not ImapException)
        {
            throw new ImapException($"The connection broke: {e.Message}", e);
        }
    }

    async ValueTask<string> SendAsync(string command, CancellationToken cancel)
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"a{++tags}");
        await WriteAsync($"{tag} {command}\r\n", cancel);
        return tag;
    }

    async ValueTask WriteAsync(string text, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
            await stream.FlushAsync(cancel);
        }
        catch (IOException e)
        {
            throw new ImapException($"The connection broke: {e.Message}", e);
        }
    }

    static string Quoted(string text) =>
        text.Any(c => c is '\r' or '\n' or '\0')
            ? throw new ImapRefusedException("A name has a line end in it")
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    public async ValueTask DisposeAsync() => await stream.DisposeAsync();
}

enum ImapSecurity
{
    Tls,
    StartTls,
    None,
}

/// <param name="TakesAnyCertificate">For a server at hand that has none of its own.</param>
sealed record ImapHost(string Name, int Port, ImapSecurity Security, bool TakesAnyCertificate);

/// <param name="Name">As the server has it, encoded.</param>
/// <param name="Levels">Decoded, outermost first.</param>
/// <param name="Role">RFC 6154, in lower case; null for none.</param>
sealed record ImapMailbox(string Name, IReadOnlyList<string> Levels, string? Role);
