import ReactMarkdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

/** Headings begin below those of the page. What is no Markdown is text: HTML is not taken for any, and no image is fetched. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown stack tight">
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        skipHtml
        disallowedElements={['img', 'input']}
        unwrapDisallowed
        components={{
          h1: 'h3',
          h2: 'h3',
          h3: 'h4',
          h4: 'h5',
          h5: 'h6',
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noopener noreferrer nofollow">
              {children}
            </a>
          ),
          table: ({ children }) => (
            <div className="table">
              <table>{children}</table>
            </div>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
