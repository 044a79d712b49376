namespace Cloud.Wire.Smtp;

/// <summary>From nothing to a connection that takes messages.</summary>
/// <remarks>
/// 1. Connect, with TLS at once on ports that have it. 2. Greeting. 3. EHLO, or HELO. 4. STARTTLS, and EHLO again, for
/// what was said before may have been anybody's (RFC 3207 §4.2). 5. AUTH.
/// </remarks>
sealed class Opening(SmtpOptions options)
{
    readonly SmtpChannel channel = new(options);
    readonly TlsHandshake handshake = new(options);
    SmtpCapabilities capabilities = SmtpCapabilities.None;
    SmtpTlsFacts? tls;
    SmtpReply? tlsRefusal;

    public async ValueTask<SmtpOpening> RunAsync(CancellationToken cancel)
    {
        channel.Begin(cancel);
        try
        {
            var connection = await OpenAsync();
            channel.End();
            return Told(connection, null);
        }
        catch (SmtpFaultException e)
        {
            // A server that only said no is told good-bye (RFC 5321 §3.1); one that broke is closed already.
            channel.End();
            await channel.QuitAsync();
            return Told(null, e.Failure);
        }
        catch
        {
            channel.Abort();
            throw;
        }
    }

    SmtpOpening Told(SmtpConnection? connection, SmtpFailure? failure) =>
        new(connection, failure, handshake.Certificate, channel.Transcript.ToTranscript());

    async ValueTask<SmtpConnection> OpenAsync()
    {
        await channel.ConnectAsync(); // 1
        if (options.ImplicitTls)
        {
            channel.Phase = SmtpPhase.Tls;
            tls = await channel.EncryptAsync(handshake);
        }

        channel.Phase = SmtpPhase.Greeting; // 2
        await channel.ReadReplyAsync(options.Timeouts.Greeting);
        channel.ExpectPositive();
        var greeting = channel.Reply.ToReply();
        await HelloAsync(); // 3
        if (tls is null && !options.Tls.IsNone)
            await StartTlsAsync(); // 4
        if (options.Credentials is { } credentials)
            await new Authentication(channel, capabilities, credentials, tls is not null).RunAsync(); // 5
        return new(channel, greeting, capabilities, tls) { TlsRefusal = tlsRefusal };
    }

    /// <summary>EHLO; where it is unknown, HELO. RFC 5321 §3.2.</summary>
    async ValueTask HelloAsync()
    {
        channel.Phase = SmtpPhase.Hello;
        capabilities = SmtpCapabilities.None;
        await SayAsync($"EHLO {options.Hostname}");
        if (channel.Reply.Code < 500)
        {
            channel.ExpectPositive();
            capabilities = SmtpCapabilities.Parse(channel.Reply.Text);
            return;
        }

        await SayAsync($"HELO {options.Hostname}");
        channel.ExpectPositive();
    }

    async ValueTask StartTlsAsync()
    {
        channel.Phase = SmtpPhase.Tls;
        if (capabilities.Has(SmtpExtensions.StartTls))
        {
            await SayAsync("STARTTLS");
            if (channel.Reply.Code is >= 200 and < 300)
            {
                tls = await channel.EncryptAsync(handshake);
                await HelloAsync();
                return;
            }

            if (options.Tls.IsRequired || channel.Reply.Code < 400)
                throw channel.Refusal();
            tlsRefusal = channel.Reply.ToReply();
        }
        else if (options.Tls.IsRequired)
        {
            throw new SmtpFaultException(
                new(
                    SmtpPhase.Tls,
                    SmtpFault.TlsNotOffered,
                    "4.7.4",
                    "the server offers no STARTTLS, and it is demanded"
                )
            );
        }
    }

    ValueTask SayAsync(string command) => channel.SayAsync(command, options.Timeouts.Command);
}
