using static Cloud.Cli.Check.ImapDialogue;

namespace Cloud.Cli.Check;

/// <summary>The INBOX of the test's user, over IMAP.</summary>
sealed class TestMailbox(LineConnection connection, CheckOptions options, TimeProvider time) : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    int tags;

    /// <summary>From the greeting on; a connection that has no TLS yet turns to it.</summary>
    /// <param name="secureAsync">Turns to TLS, and throws where the password is not to be shown.</param>
    public async Task SignInAsync(
        CheckAccount account,
        bool implicitTls,
        Func<LineConnection, Task> secureAsync,
        CancellationToken cancel
    )
    {
        if (implicitTls)
            await secureAsync(connection);
        var greeting = await connection.ReadLineAsync(cancel);
        if (!greeting.StartsWith("* OK", StringComparison.OrdinalIgnoreCase))
            throw new CheckFailedException($"the greeting: {greeting}");
        if (!implicitTls)
        {
            await AskAsync("STARTTLS", cancel);
            await secureAsync(connection);
        }
        await connection.SendAsync($"{NextTag()} AUTHENTICATE PLAIN", cancel);
        var invitation = await connection.ReadLineAsync(cancel);
        if (!invitation.StartsWith('+'))
            throw new CheckFailedException($"AUTHENTICATE PLAIN: {invitation}");
        await connection.SendAsync(account.Plain, cancel);
        await CompleteAsync(connection, Tag, $"signing in as {account}", cancel);
        await AskAsync("SELECT INBOX", cancel);
    }

    /// <summary>Waits for a message, as long as <see cref="CheckOptions.Delivery"/> allows.</summary>
    /// <returns>Its UID; null if it did not come.</returns>
    public async Task<string?> FindAsync(TestMessage message, CancellationToken cancel)
    {
        const string Start = "* SEARCH ";
        var begun = time.GetTimestamp();
        while (true)
        {
            var found = await AskAsync($"UID SEARCH HEADER Message-ID \"{message.Id}\"", cancel);
            var line = found.FirstOrDefault(line => line.StartsWith(Start, StringComparison.OrdinalIgnoreCase));
            if (line?[Start.Length..].Split(' ')[0] is { Length: > 0 } uid && uid.All(char.IsAsciiDigit))
                return uid;
            if (time.GetElapsedTime(begun) > options.Delivery)
                return null;
            await Task.Delay(Pause, time, cancel);
            await AskAsync("NOOP", cancel); // RFC 3501 §6.1.2: this is when a server may tell of new mail
        }
    }

    /// <returns>Whether it is what was sent, with no more than fields before it.</returns>
    public async Task<bool> IsWholeAsync(string uid, TestMessage message, CancellationToken cancel)
    {
        var fetched = await AskAsync($"UID FETCH {uid} BODY.PEEK[]", cancel);
        return fetched.Any(response => response.Contains(message.Text, StringComparison.Ordinal));
    }

    /// <summary>This message alone: UID EXPUNGE leaves what else is marked (RFC 4315 §2.1).</summary>
    public async Task DeleteAsync(string uid, CancellationToken cancel)
    {
        await AskAsync($"UID STORE {uid} +FLAGS.SILENT (\\Deleted)", cancel);
        await AskAsync($"UID EXPUNGE {uid}", cancel);
    }

    public async Task SignOutAsync(CancellationToken cancel) => await AskAsync("LOGOUT", cancel);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    string Tag => $"t{tags}";

    string NextTag() => $"t{++tags}";

    Task<IReadOnlyList<string>> AskAsync(string command, CancellationToken cancel) =>
        ImapDialogue.AskAsync(connection, NextTag(), command, cancel);
}
