using Cloud.Flow.Outbound;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>DATA: the message, up to a dot on a line of its own (RFC 5321 §4.1.1.4).</summary>
sealed record Data : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        args.ExpectEnd();
        return new Data();
    }

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        var transaction = session.Transaction!;
        if (transaction.Recipients.Count == 0)
            return Replies.NoValidRecipients;
        if (transaction.Options.Body == BodyType.Binary)
            return Replies.BinaryNeedsChunks; // RFC 3030 §3

        var intake = await session.BeginMessageAsync(transaction, cancel);
        session.Write(Replies.StartInput);
        await ReadMessageAsync(session, intake, cancel);
        return await session.EndMessageAsync(intake, cancel);
    }

    static async ValueTask ReadMessageAsync(SmtpSession session, MessageIntake intake, CancellationToken cancel)
    {
        var dots = new DotDecoder();
        var start = session.Time.GetTimestamp();
        while (!dots.Ended)
        {
            var octets = await session.Input.ReadAsync(session.TimeLeft(start));
            var taken = 0L;
            foreach (var segment in octets)
            {
                taken += await TakeAsync(segment, dots, intake, cancel);
                if (dots.Ended)
                    break;
            }
            session.Input.Consume(taken);
        }
    }

    static async ValueTask<int> TakeAsync(
        ReadOnlyMemory<byte> octets,
        DotDecoder dots,
        MessageIntake intake,
        CancellationToken cancel
    )
    {
        var taken = 0;
        while (taken < octets.Length && !dots.Ended)
        {
            var (start, length) = dots.Next(octets.Span[taken..], out var consumed);
            if (dots.HasBareNewline)
                await intake.RefuseAsync(Replies.BadMessageNewline);
            if (length > 0)
                await intake.WriteAsync(octets.Slice(taken + start, length), cancel);
            taken += consumed;
        }
        return taken;
    }
}
