namespace Cloud.Mail.Headers;

/// <summary>Takes one entry after the other off an address list. Junk becomes a name or a mailbox, never an error.</summary>
/// <remarks>
/// A parenthesis or quote that is never closed is an ordinary character from there on; each is looked for once, so
/// that the time is linear in the text.
/// </remarks>
ref struct AddressReader(Octets text)
{
    readonly ReadOnlySpan<byte> bytes = text.Span;
    int at;
    bool inGroup;
    bool commentsEnd;
    bool quotesEnd;
    int noLiteralBefore;
    (int Start, int End) comment;

    public bool Next(out Address address)
    {
        comment = default;
        while (true)
        {
            SkipSpace();
            if (at == bytes.Length)
            {
                address = Address.GroupEnd;
                return inGroup && !(inGroup = false); // a group left open ends with the field
            }

            if (bytes[at] == ';' && inGroup)
            {
                at++;
                inGroup = false;
                address = Address.GroupEnd;
                return true;
            }

            if (bytes[at] is (byte)',' or (byte)';')
            {
                at++;
                comment = default;
                continue;
            }

            address = Entry();
            return true;
        }
    }

    Address Entry()
    {
        var start = at;
        var stop = Run(":<@,;"u8);
        if (stop == ':' && !inGroup)
        {
            var name = Clean(start, at++, spaced: true);
            inGroup = true;
            return new Address(default, default, name, default);
        }

        while (stop == ':') // a second colon in a group means nothing
        {
            at++;
            stop = Run(":<@,;"u8);
        }

        if (stop == '<')
            return Angle(start);
        var end = at;
        if (stop != '@')
            return new Address(CommentText(), default, Clean(start, end, spaced: true), Octets.Empty);

        at++;
        var domain = at;
        stop = Run("<,;"u8);
        if (stop == '<')
            return Angle(start); // an address as display name: a@b <a@b>
        var local = LastWord(start, end);
        var words = Clean(start, local, spaced: true); // of a mailbox without its angle brackets: Ada a@b
        return new Address(words.IsNilOrEmpty ? CommentText() : words, default, Clean(local, end), Clean(domain, at));
    }

    /// <summary>Where the last of some words begins. Dots hold words together: RFC 5322 §4.4 (obs-local-part).</summary>
    int LastWord(int start, int end)
    {
        var (begin, resume) = (start, at);
        for (at = start; at < end; )
        {
            var gap = at;
            SkipSpace();
            if (at > gap && at < end && bytes[at] != '.' && (gap == start || bytes[gap - 1] != '.'))
                begin = at;
            if (at < end && (bytes[at] != '"' || !SkipQuoted()))
                at += bytes[at] == '\\' ? 2 : 1;
        }

        at = resume;
        return begin;
    }

    /// <summary>At <c>&lt;</c>: [route] local@domain &gt;, with the display name before it.</summary>
    Address Angle(int nameStart)
    {
        var name = Clean(nameStart, at, spaced: true);
        at++;
        SkipSpace();
        Octets route = default;
        if (at < bytes.Length && bytes[at] == '@') // obs-route, RFC 5322 §4.4
        {
            var routeStart = at;
            if (Run(":>"u8) == ':')
                route = Clean(routeStart, at++);
            else
                at = routeStart;
        }

        var local = at;
        var stop = Run("@>,;"u8);
        var mailbox = Clean(local, at);
        var host = Octets.Empty;
        if (stop == '@')
        {
            var domain = ++at;
            stop = Run(">,;"u8);
            host = Clean(domain, at);
        }

        if (stop == '>')
            at++;
        Run(",;"u8); // what stands between > and the next comma is junk, comments aside
        if (name.IsNilOrEmpty)
            name = CommentText();
        return new Address(name.IsNilOrEmpty ? default : name, route, mailbox, host);
    }

    /// <summary>Goes to the first of <paramref name="stops"/> outside quotes, comments and domain literals.</summary>
    /// <returns>The octet there, 0 at the end.</returns>
    byte Run(ReadOnlySpan<byte> stops)
    {
        while (at < bytes.Length)
        {
            var octet = bytes[at];
            if (stops.Contains(octet))
                return octet;
            if (octet == '"' && SkipQuoted())
                continue;
            if (octet == '(' && SkipComment())
                continue;
            if (octet == '[' && SkipLiteral())
                continue;
            at += octet == '\\' && at + 1 < bytes.Length ? 2 : 1;
        }

        return 0;
    }

    void SkipSpace()
    {
        while (at < bytes.Length)
        {
            if (bytes[at] is (byte)' ' or (byte)'\t')
                at++;
            else if (bytes[at] != '(' || !SkipComment())
                return;
        }
    }

    bool SkipQuoted()
    {
        if (quotesEnd)
            return false;
        for (var i = at + 1; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\')
                i++;
            else if (bytes[i] == '"')
            {
                at = i + 1;
                return true;
            }
        }

        return !(quotesEnd = true);
    }

    bool SkipComment()
    {
        if (commentsEnd)
            return false;
        var depth = 0;
        for (var i = at; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\')
                i++;
            else if (bytes[i] == '(')
                depth++;
            else if (bytes[i] == ')' && --depth == 0)
            {
                if (comment.End == 0)
                    comment = (at + 1, i);
                at = i + 1;
                return true;
            }
        }

        return !(commentsEnd = true);
    }

    bool SkipLiteral()
    {
        if (at < noLiteralBefore)
            return false;
        var end = bytes[at..].IndexOfAny("],>"u8);
        if (end < 0 || bytes[at + end] != ']')
        {
            noLiteralBefore = end < 0 ? bytes.Length : at + end;
            return false;
        }

        at += end + 1;
        return true;
    }

    Octets CommentText()
    {
        if (comment.End == 0)
            return default;
        var name = AddressText.Unescape(text.Slice(comment.Start, comment.End - comment.Start));
        return name.IsNilOrEmpty ? default : name;
    }

    readonly Octets Clean(int start, int end, bool spaced = false) =>
        AddressText.Clean(text.Slice(start, end - start), spaced, !commentsEnd, !quotesEnd);
}
