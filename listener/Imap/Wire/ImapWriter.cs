using System.Buffers.Text;
using System.Text;
using Cloud.Listener.Hosting;
using Cloud.Mail.Charsets;

namespace Cloud.Listener.Imap.Wire;

/// <summary>Writes responses into the connection's pipe; holds nothing between two flushes.</summary>
/// <param name="dialect">Which characters the client takes, and where.</param>
sealed class ImapWriter(Connection connection, Dialect dialect)
{
    /// <summary>Asked of the pipe at once: many small tokens then cost one call.</summary>
    const int Chunk = 4096;

    /// <summary>Octets a quoted string may have; longer ones go as literals, which no client has to scan.</summary>
    const int MaxQuoted = 1024;

    /// <summary>The client takes UTF-8 in quoted strings.</summary>
    public bool Utf8 => dialect.Utf8;

    Memory<byte> chunk;
    int used;
    int unsent;

    public void Put(ReadOnlySpan<byte> octets)
    {
        while (octets.Length > chunk.Length - used)
        {
            var fits = chunk.Length - used;
            octets[..fits].CopyTo(chunk.Span[used..]);
            used += fits;
            octets = octets[fits..];
            Commit();
            chunk = connection.Output.GetMemory(Chunk);
        }
        octets.CopyTo(chunk.Span[used..]);
        used += octets.Length;
    }

    /// <summary>ASCII alone.</summary>
    public void Put(string text)
    {
        Span<byte> octets = stackalloc byte[256];
        for (var at = 0; at < text.Length; at += octets.Length)
        {
            var part = text.AsSpan(at, Math.Min(octets.Length, text.Length - at));
            Put(octets[..Encoding.Latin1.GetBytes(part, octets)]);
        }
    }

    public void Put(ulong number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Put(digits[..length]);
    }

    public void Put(int number) => Put((ulong)number);

    public void Crlf() => Put("\r\n"u8);

    /// <summary>An untagged response of words alone.</summary>
    public void Line(string text)
    {
        Put("* "u8);
        Put(text);
        Crlf();
    }

    /// <summary><c>* 5 EXISTS</c> and its like.</summary>
    public void Line(int number, ReadOnlySpan<byte> name)
    {
        Put("* "u8);
        Put(number);
        Put(" "u8);
        Put(name);
        Crlf();
    }

    /// <summary>Untagged (<c>*</c>) or tagged.</summary>
    public void Put(string tag, Reply reply)
    {
        Put(tag);
        Put(
            reply.Condition switch
            {
                Condition.Ok => " OK "u8,
                Condition.No => " NO "u8,
                Condition.Bad => " BAD "u8,
                _ => " BYE "u8,
            }
        );
        if (reply.Code is not null)
        {
            Put("["u8);
            Put(reply.Code);
            Put("] "u8);
        }
        Put(reply.Text);
        Crlf();
    }

    /// <summary>mailbox: a name in UTF-8 or modified UTF-7, quoted unless it is an atom.</summary>
    public void Mailbox(string name)
    {
        var wire = dialect.Utf8 ? Encoding.UTF8.GetBytes(name) : Encoding.ASCII.GetBytes(ModifiedUtf7.Encode(name));
        AString(wire);
    }

    /// <summary>astring: an atom where it is one, else a string.</summary>
    public void AString(ReadOnlySpan<byte> value)
    {
        var reader = new ImapReader(value);
        if (reader.Atom(out _) && reader.AtEnd)
            Put(value);
        else
            String(value);
    }

    /// <summary>string: quoted where its characters and the client allow it, else a literal.</summary>
    public void String(ReadOnlySpan<byte> value)
    {
        if (!IsQuotable(value))
        {
            LiteralHeader(value.Length);
            Put(value);
            return;
        }

        Put("\""u8);
        while (value.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var special)
        {
            Put(value[..special]);
            Put("\\"u8);
            Put(value.Slice(special, 1));
            value = value[(special + 1)..];
        }
        Put(value);
        Put("\""u8);
    }

    /// <summary>UTF-8 may be quoted once the client has said that it takes it (RFC 9051 §4.3, RFC 6855 §3).</summary>
    bool IsQuotable(ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxQuoted)
            return false;
        if (!value.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            return true;
        return dialect.Utf8
            && !value.ContainsAnyInRange((byte)0, (byte)31)
            && !value.Contains((byte)127)
            && System.Text.Unicode.Utf8.IsValid(value);
    }

    /// <summary>The size of a literal; exactly so many octets must follow.</summary>
    public void LiteralHeader(long size)
    {
        Put("{"u8);
        Put((ulong)size);
        Put("}\r\n"u8);
    }

    /// <summary>Copies exactly <paramref name="size"/> octets from a stream, as fast as the client takes them.</summary>
    /// <exception cref="IOException">The client is gone.</exception>
    /// <exception cref="EndOfStreamException">The stream has fewer: the response cannot be ended any more.</exception>
    public async ValueTask CopyAsync(Stream source, long size, CancellationToken cancel)
    {
        while (size > 0)
        {
            Commit();
            var memory = connection.Output.GetMemory(Chunk);
            var read = await source.ReadAsync(memory[..(int)Math.Min(memory.Length, size)], cancel);
            if (read == 0)
                throw new EndOfStreamException("A blob is shorter than its index says");
            connection.Output.Advance(read);
            unsent += read;
            size -= read;
            await FlushIfFullAsync();
        }
    }

    /// <summary>Waits for the client once much is unsent: a slow reader holds no memory of ours.</summary>
    /// <exception cref="IOException">The client is gone.</exception>
    public ValueTask FlushIfFullAsync() => unsent + used > ImapLimits.Unsent ? FlushAsync() : ValueTask.CompletedTask;

    /// <exception cref="IOException">The client is gone.</exception>
    public async ValueTask FlushAsync()
    {
        Commit();
        if (unsent == 0)
            return;
        unsent = 0;
        if (!await connection.FlushAsync())
            throw new IOException("The client is gone");
    }

    void Commit()
    {
        if (used > 0)
            connection.Output.Advance(used);
        unsent += used;
        used = 0;
        chunk = default;
    }
}
