using System.Text;
using Cloud.Flow.Outbound;
using Cloud.Store.Ports;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>BDAT: a chunk of the message, of known size (RFC 3030 §2).</summary>
/// <remarks>
/// A message that was not declared as BODY=BINARYMIME is text, in which a bare CR or LF is as wrong as in DATA. A chunk
/// that cannot be taken is read all the same, or its octets would be commands.
/// </remarks>
sealed record Bdat(long Size, bool IsLast) : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        // Where a chunk of unknown size ends cannot be known: after a mistake here nothing can be a command.
        var size = SmtpReader.TrySize(args.Word()) ?? throw new ProtocolException(Replies.ChunkOfUnknownSize);
        var last = args.Word();
        if (!args.Rest().IsEmpty || (!last.IsEmpty && !Ascii.EqualsIgnoreCase(last, "LAST"u8)))
            throw new ProtocolException(Replies.ChunkOfUnknownSize);
        return new Bdat(size, !last.IsEmpty);
    }

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        if (session.Transaction is not { } transaction)
            return await SkipAsync(session, Replies.BadSequence);
        if (transaction.Recipients.Count == 0)
            return await SkipAsync(session, Replies.NoValidRecipients);

        var intake = transaction.Intake ?? await BeginMessageAsync(session, transaction, cancel);
        await ReadChunkAsync(session, transaction, intake, cancel);
        if (IsLast || intake.Failure is not null)
            return await session.EndMessageAsync(intake, cancel);
        return Replies.ChunkOk;
    }

    async ValueTask<MessageIntake> BeginMessageAsync(
        SmtpSession session,
        MailTransaction transaction,
        CancellationToken cancel
    )
    {
        try
        {
            return await session.BeginMessageAsync(transaction, cancel);
        }
        catch (StoreException)
        {
            await SkipAsync(session, Replies.TryLater);
            throw;
        }
    }

    async ValueTask ReadChunkAsync(
        SmtpSession session,
        MailTransaction transaction,
        MessageIntake intake,
        CancellationToken cancel
    )
    {
        var newlines = intake.Newlines;
        var start = session.Time.GetTimestamp();
        for (var left = Size; left > 0; )
        {
            var octets = await session.Input.ReadAsync(session.TimeLeft(start));
            octets = octets.Slice(0, Math.Min(left, octets.Length));
            foreach (var segment in octets)
            {
                newlines.Write(segment.Span);
                await intake.WriteAsync(segment, cancel);
            }
            left -= octets.Length;
            session.Input.Consume(octets.Length);
        }

        if (IsLast)
            newlines.Complete();
        if (newlines.HasBareNewline && transaction.Options.Body != BodyType.Binary)
            await intake.RefuseAsync(Replies.BadMessageNewline);
    }

    async ValueTask<Reply> SkipAsync(SmtpSession session, Reply reply)
    {
        if (Size > session.Options.MaxMessageSize + session.Options.MaxDiscard)
            return Replies.TooLarge with { Closes = true };
        var start = session.Time.GetTimestamp();
        for (var left = Size; left > 0; )
        {
            var octets = await session.Input.ReadAsync(session.TimeLeft(start));
            var taken = Math.Min(left, octets.Length);
            left -= taken;
            session.Input.Consume(taken);
        }
        return reply;
    }
}
