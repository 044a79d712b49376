using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Appending;

/// <summary>The messages of one APPEND or REPLACE: all come in, then all go into the mailbox, or none (RFC 3502 §3).</summary>
/// <remarks>
/// A literal that is announced and not read stays so: the session skips it when the command has been answered.
/// Disposed of, it leaves nothing of what no mailbox has taken.
/// </remarks>
sealed class IncomingMessages(ImapSession session, AppendGrammar grammar) : IAsyncDisposable
{
    readonly CatenatedParts parts = new(session);
    readonly List<IncomingMessage> messages = [];
    long octets;

    /// <summary>Takes the messages in, to the command's end.</summary>
    /// <param name="steps">What the command's first line says.</param>
    /// <returns>What went wrong; null when all are there.</returns>
    public async ValueTask<Reply?> ReceiveAsync(IReadOnlyList<AppendStep> steps, CancellationToken cancel)
    {
        while (true)
        {
            foreach (var step in steps)
            {
                if (await TakeAsync(step, cancel) is { } fault)
                    return fault;
            }
            if (grammar.IsComplete)
                return await CompleteAsync(cancel);
            var status = await session.Input.ReadOnAsync(session.Patience);
            if (status == ReadStatus.Refused)
                return session.Input.Fault;
            if (status != ReadStatus.Command)
                return session.Farewell(status) ?? Reply.Goodbye;
            steps = ReadLine();
        }
    }

    /// <summary>Puts the messages into a mailbox; what is there of them, when one is refused, is taken out again.</summary>
    /// <returns>One result a message.</returns>
    public async ValueTask<Result<IReadOnlyList<AppendResult>>> AppendAsync(
        FoundMailbox mailbox,
        CancellationToken cancel
    )
    {
        var done = new List<AppendResult>(messages.Count);
        try
        {
            foreach (var message in messages)
            {
                var appended = await AppendAsync(mailbox, message, cancel);
                if (!appended.IsOk)
                {
                    await TakeOutAsync(mailbox, done.Count);
                    return new Result(appended.Refusal, appended.Reason);
                }
                message.IsPlaced = true;
                done.Add(appended.Value);
            }
        }
        catch (StoreException)
        {
            if (done.Count > 0)
                await TakeOutAsync(mailbox, done.Count + 1); // The last may be there.
            throw;
        }
        return done;
    }

    /// <summary>Takes out of a mailbox what was put there; what Sent had before is another's, and stays.</summary>
    /// <param name="count">The first so many.</param>
    public async ValueTask TakeOutAsync(FoundMailbox mailbox, int count)
    {
        var appended = messages.Take(count).Select(message => message.Transaction).ToList();
        if (appended.Count > 0)
            await session.Gateway.WithdrawAsync(mailbox.Account, mailbox.Mailbox.Id, appended, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var message in messages)
            await message.DisposeAsync();
    }

    IReadOnlyList<AppendStep> ReadLine()
    {
        var reader = new ImapReader(session.Input.Text);
        return grammar.Read(ref reader);
    }

    ValueTask<Reply?> TakeAsync(AppendStep step, CancellationToken cancel) =>
        step switch
        {
            AppendStep.Message begun => BeginAsync(begun, cancel),
            AppendStep.Url url => CatenateAsync(url.Text, cancel),
            AppendStep.UrlLiteral url => CatenateAsync(url.Header, cancel),
            AppendStep.Literal literal => ReceiveAsync(literal, cancel),
            _ => throw new InvalidOperationException("No such step"),
        };

    async ValueTask<Reply?> BeginAsync(AppendStep.Message begun, CancellationToken cancel)
    {
        if (await CompleteAsync(cancel) is { } fault)
            return fault;
        var transaction = TransactionId.Create(session.Services.Time, session.Services.Entropy);
        messages.Add(new(transaction, begun, await session.Gateway.BeginUploadAsync(transaction, cancel)));
        return null;
    }

    /// <summary>Makes the message durable that has come so far.</summary>
    async ValueTask<Reply?> CompleteAsync(CancellationToken cancel)
    {
        if (messages.Count == 0)
            return null;
        var message = messages[^1];
        if (message.Upload.Size == 0)
            return Reply.EmptyMessage;
        message.Uploaded = await message.Upload.CompleteAsync(cancel);
        return null;
    }

    async ValueTask<Reply?> CatenateAsync(LiteralHeader header, CancellationToken cancel)
    {
        if (header.Size > ImapLimits.Literal)
            return Reply.TooBig;
        var url = new StringBuilder();
        var fault = await StreamAsync(
            header,
            part =>
            {
                url.Append(Encoding.Latin1.GetString(part.Span));
                return ValueTask.CompletedTask;
            }
        );
        return fault ?? await CatenateAsync(url.ToString(), cancel);
    }

    async ValueTask<Reply?> CatenateAsync(string url, CancellationToken cancel)
    {
        await using var part = await parts.OpenAsync(url, cancel);
        if (part is null)
            return Reply.BadUrl(url);
        if (!HasRoom(part.Length))
            return Reply.TooBig;
        await part.CopyToAsync(messages[^1].Upload, cancel);
        return null;
    }

    async ValueTask<Reply?> ReceiveAsync(AppendStep.Literal literal, CancellationToken cancel)
    {
        if (!HasRoom(literal.Header.Size))
            return Reply.TooBig;
        if (literal is { IsWhole: true, Header.Size: 0 })
            return Reply.EmptyMessage;
        StoreException? fault = null;
        var lost = await StreamAsync(
            literal.Header,
            async part =>
            {
                try
                {
                    if (fault is null)
                        await messages[^1].Upload.WriteAsync(part, cancel);
                }
                catch (StoreException e)
                {
                    fault = e; // The rest must be read all the same, or it would be taken for commands.
                }
            }
        );
        if (lost is not null || fault is null)
            return lost;
        await session.Input.ReadOnAsync(session.Patience);
        throw fault;
    }

    /// <summary>Counts the octets, where the message and all together have room for them.</summary>
    bool HasRoom(long size)
    {
        var most = session.Options.MaxMessage;
        if (size > most - messages[^1].Upload.Size || size > Math.Max(most, ImapLimits.AppendedOctets) - octets)
            return false;
        octets += size;
        return true;
    }

    /// <returns>Why the session must end; null when all octets came.</returns>
    async ValueTask<Reply?> StreamAsync(LiteralHeader header, Func<ReadOnlyMemory<byte>, ValueTask> take)
    {
        if (header.Waits)
            await session.Input.GoAheadAsync();
        return await session.Input.StreamAsync(header.Size, take, session.Patience) > 0
            ? session.Farewell(session.Connection.IsRevoked ? ReadStatus.Drain : ReadStatus.Timeout)
            : null;
    }

    async ValueTask<Result<AppendResult>> AppendAsync(
        FoundMailbox mailbox,
        IncomingMessage message,
        CancellationToken cancel
    )
    {
        var request = new AppendRequest(
            message.Transaction,
            mailbox.Account,
            mailbox.Mailbox.Id,
            message.Uploaded!,
            message.Flags.Flags,
            message.Flags.Keywords,
            message.Received ?? session.Services.Time.GetUtcNow()
        );
        try
        {
            return await session.Gateway.AppendAsync(request, cancel);
        }
        catch (StoreException)
        {
            message.IsPlaced = true; // Or may be: the sweep takes what is nobody's.
            throw;
        }
    }
}
